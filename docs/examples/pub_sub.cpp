// Publish and subscribe: a broker goroutine owns the list of subscribers.
//
// It shows state without a lock. Only the broker touches the map; everybody else talks to it
// through channels, and select serves whichever comes. A subscription is a channel sent through a
// channel, and unsubscribing is simply dropping its receiver: the broker's next send to it throws.
#include <runnel/runnel.h>

#include <cstdio>
#include <map>
#include <string>

using runnel::on_recv, runnel::receiver, runnel::sender;

struct message {
  std::string topic, text;
};
struct subscription {
  std::string topic;
  sender<std::string> mailbox;
};

static void deliver(std::multimap<std::string, sender<std::string>>& readers, const message& m) {
  auto [at, end] = readers.equal_range(m.topic);
  while (at != end)
    try {
      at->second.send(m.text);
      ++at;
    } catch (const runnel::send_on_closed&) {
      at = readers.erase(at);
      std::printf("(a reader of %s is gone)\n", m.topic.c_str());
    }
}

// Until there is nobody left to publish; then its mailboxes close with it.
static void broker(const receiver<subscription>& joins, const receiver<message>& posts) {
  std::multimap<std::string, sender<std::string>> readers;
  auto joined = on_recv(joins);
  auto posted = on_recv(posts);
  for (;;)
    if (runnel::select(joined, posted) == joined && joined)
      readers.emplace(std::move(joined->topic), std::move(joined->mailbox));
    else if (posted)
      deliver(readers, *posted);
    else
      return;
}

int main() {
  return runnel::run([] {
    auto [join, joins] = runnel::make_channel<subscription>();
    auto [post, posts] = runnel::make_channel<message>();
    runnel::go(broker, std::move(joins), std::move(posts));

    const auto subscribe = [&join = join](std::string topic) {
      auto [tx, rx] = runnel::make_channel<std::string>(8); // a reader may lag by eight
      join.send({std::move(topic), std::move(tx)});
      return receiver<std::string>(std::move(rx));
    };
    const auto weather = subscribe("weather");
    auto fleeting = subscribe("weather");
    const auto sport = subscribe("sport");

    post.send({"weather", "rain"});
    std::printf("fleeting: %s\n", fleeting.recv()->c_str());
    fleeting = nullptr;
    post.send({"weather", "more rain"});
    post.send({"sport", "called off"});
    post = nullptr;

    for (const auto& text : weather)
      std::printf("weather: %s\n", text.c_str());
    for (const auto& text : sport)
      std::printf("sport: %s\n", text.c_str());
  });
}

// Output:
// fleeting: rain
// (a reader of weather is gone)
// weather: rain
// weather: more rain
// sport: called off
