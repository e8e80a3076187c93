// Fan-in: several sources, one reader.
//
// It shows two ways to merge. When all the sources carry the same type, they share one channel:
// each holds a copy of its sender, and it closes when the last is gone. When the reader must know
// which one spoke, or the types differ, it selects; a source that has ended becomes nil and is
// never ready again.
#include <runnel/runnel.h>

#include <cstdio>
#include <map>
#include <string>
#include <utility>

using runnel::on_recv, runnel::receiver;

using reading = std::pair<std::string, int>; // a station and its degrees

static void one_channel() {
  auto [tx, rx] = runnel::make_channel<reading>();
  for (const char* station : {"harbour", "airport", "summit"})
    runnel::go([station = std::string(station), out = tx] {
      for (int i = 1; i <= 4; ++i)
        out.send({station, i * static_cast<int>(station.size())});
    });
  tx = nullptr; // ours was the last sender that is not a station's

  std::map<std::string, int> sum;
  for (const auto& [station, degrees] : rx)
    sum[station] += degrees;
  for (const auto& [station, total] : sum)
    std::printf("%s: mean %d\n", station.c_str(), total / 4);
}

static void by_select() {
  auto [ticks_tx, ticks_rx] = runnel::make_channel<int>();
  auto [words_tx, words_rx] = runnel::make_channel<std::string>();
  runnel::go([out = std::move(ticks_tx)] {
    for (int i = 1; i <= 5; ++i)
      out.send(i);
  });
  runnel::go([out = std::move(words_tx)] {
    for (const char* word : {"never", "ready", "again"})
      out.send(word);
  });

  receiver<int> ticks = std::move(ticks_rx);
  receiver<std::string> words = std::move(words_rx);
  int last_tick = 0;
  std::string sentence;
  while (ticks || words) {
    auto tick = on_recv(ticks);
    auto word = on_recv(words);
    if (auto won = runnel::select(tick, word); won == tick) {
      if (tick)
        last_tick = *tick;
      else
        ticks = nullptr;
    } else {
      if (word)
        sentence += " " + *word;
      else
        words = nullptr;
    }
  }
  std::printf("%d ticks and:%s\n", last_tick, sentence.c_str());
}

int main() {
  return runnel::run([] {
    one_channel();
    by_select();
  });
}

// Output:
// airport: mean 17
// harbour: mean 17
// summit: mean 15
// 5 ticks and: never ready again
