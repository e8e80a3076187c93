// A worker pool: so many goroutines take jobs from one channel and put results on another.
//
// It shows that a channel is a queue many may read: whoever is free takes the next job, and no lock
// is needed. The jobs end when their only sender goes; the results end when the last worker drops
// its sender. Workers finish in any order, so a result carries the number of its job.
#include <runnel/runnel.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

struct job {
  std::size_t number;
  std::string text;
};
struct answer {
  std::size_t number;
  std::size_t vowels;
};

static std::size_t vowels_in(const std::string& text) {
  std::size_t found = 0;
  for (char c : text)
    found += std::string_view("aeiou").find(c) != std::string_view::npos;
  return found;
}

static void work(const runnel::receiver<job>& jobs, const runnel::sender<answer>& answers) {
  for (auto [number, text] : jobs)
    answers.send({number, vowels_in(text)});
}

int main() {
  return runnel::run([] {
    const std::vector<std::string> lines{"do not communicate by sharing memory",
                                         "share memory by communicating", "a channel is a queue",
                                         "whoever is free takes the next job"};
    auto [give_job, take_job] = runnel::make_channel<job>();
    auto [give_answer, take_answer] = runnel::make_channel<answer>();

    for (int worker = 0; worker < 3; ++worker)
      runnel::go(work, take_job, give_answer);
    give_answer = nullptr; // the workers' copies are now all there is

    runnel::go([&lines, out = std::move(give_job)] {
      for (std::size_t i = 0; i < lines.size(); ++i)
        out.send({i, lines[i]});
    });

    std::vector<std::size_t> vowels(lines.size());
    for (auto [number, count] : take_answer)
      vowels[number] = count;
    for (std::size_t i = 0; i < lines.size(); ++i)
      std::printf("%2zu vowels: %s\n", vowels[i], lines[i].c_str());
  });
}

// Output:
// 11 vowels: do not communicate by sharing memory
//  9 vowels: share memory by communicating
//  9 vowels: a channel is a queue
// 11 vowels: whoever is free takes the next job
