// Threads that every path takes care of.
#include <thread>
#include <utility>
#include <vector>
void work();
bool ready();
void keep(std::thread);

void both_paths() {
  std::thread t(work);
  if (!ready()) {
    t.join(); // trap: joined here
    return;
  }
  t.join();
}

void joins_itself() {
  std::jthread t(work); // trap
}

void moved_on() {
  std::thread t(work);
  keep(std::move(t)); // trap: somebody else's now
}

void collected(std::vector<std::thread> &all) {
  std::thread t(work);
  all.push_back(std::move(t)); // trap
}

std::thread returned() {
  std::thread t(work);
  return t; // trap
}

void if_joinable() {
  std::thread t(work);
  if (t.joinable())
    t.join(); // trap: joinable until then
}

void not_started() {
  std::thread t; // trap: nothing to join
}

int check(int);
void several(int n) {
  std::vector<std::thread> all;
  if (check(n) < 0)
    return; // trap: none was started
  for (int i = 0; i < n; ++i)
    all.emplace_back(work);
  for (auto &t : all)
    t.join();
}

void join_all(std::vector<std::thread> &);
void by_helper(int n) {
  std::vector<std::thread> all;
  for (int i = 0; i < n; ++i)
    all.emplace_back(work); // trap: somebody else joins them
  join_all(all);
}

std::vector<std::thread> made(int n) {
  std::vector<std::thread> all;
  for (int i = 0; i < n; ++i)
    all.emplace_back(work); // trap: the caller's
  return all;
}

void joining(int n) {
  std::vector<std::jthread> all;
  for (int i = 0; i < n; ++i)
    all.emplace_back(work); // trap: they join themselves
}

void thrown_first(int port) {
  if (port < 0)
    throw port; // trap: nothing has been started
  std::thread t(work);
  t.join();
}
void joined_first(int port) {
  std::thread t(work);
  if (port < 0) {
    t.join(); // trap: joined before
    throw port;
  }
  t.join();
}
void caught(int port) {
  std::thread t(work);
  try {
    if (port < 0)
      throw port; // trap: caught here
  } catch (int) {
  }
  t.join();
}
