// A crawler: fan-out over a graph that is discovered on the way, never more than so many at once.
//
// It shows one owner for the state that decides: the main loop alone knows which pages were seen
// and how many fetches are out, so neither needs a lock, and it is done when none is out. The limit
// is the number of fetchers that read one channel.
#include <runnel/runnel.h>

#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

using runnel::on_recv, runnel::on_send;
using page_links = std::vector<std::string>;

// A small web, so that the example needs no network.
static const std::map<std::string, page_links> web{
    {"/", {"/docs", "/blog", "/about"}},
    {"/docs", {"/docs/channels", "/docs/select", "/"}},
    {"/blog", {"/blog/1", "/blog/2", "/docs"}},
    {"/about", {"/"}},
    {"/docs/channels", {"/docs/select"}},
    {"/docs/select", {"/docs/channels", "/lost"}},
    {"/blog/1", {"/blog/2"}},
    {"/blog/2", {"/blog/1", "/about"}},
};

static page_links fetch(const std::string& url) {
  runnel::yield(); // as long as a request takes
  const auto found = web.find(url);
  return found == web.end() ? page_links{} : found->second;
}

int main() {
  return runnel::run([] {
    constexpr int at_once = 3;
    runnel::channel<std::string> todo;
    runnel::channel<page_links> found;
    runnel::wait_group fetchers;
    for (int i = 0; i < at_once; ++i)
      fetchers.go([=] {
        for (const auto& url : todo)
          found.send(fetch(url));
      });

    std::set<std::string> seen{"/"};
    std::vector<std::string> waiting{"/"};
    int out = 0;
    while (out > 0 || !waiting.empty()) {
      const bool any = !waiting.empty(); // else the case has a nil channel, and is never ready
      auto give = on_send(any ? todo : nullptr, any ? waiting.back() : "");
      auto links = on_recv(found);
      if (runnel::select(give, links) == give) {
        waiting.pop_back();
        ++out;
        continue;
      }
      --out;
      for (const auto& url : *links)
        if (seen.insert(url).second)
          waiting.push_back(url);
    }
    todo.close();
    fetchers.wait();
    for (const auto& url : seen)
      std::printf("%s\n", url.c_str());
  });
}

// Output:
// /
// /about
// /blog
// /blog/1
// /blog/2
// /docs
// /docs/channels
// /docs/select
// /lost
