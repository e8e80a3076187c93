// Futures that somebody has.
#include <future>
#include <vector>
int upload(int);
void keep(std::future<int>);

void kept() {
  auto done = std::async(std::launch::async, upload, 1); // trap: waited for at the end
  upload(2);
  done.get();
}
std::future<int> returned() {
  return std::async(std::launch::async, upload, 1); // trap: the caller's
}
void passed() {
  keep(std::async(std::launch::async, upload, 1)); // trap: somebody else's
}
int asked() {
  return std::async(std::launch::async, upload, 1).get(); // trap: the result is wanted
}
void collected() {
  std::vector<std::future<int>> all;
  for (int i = 0; i < 3; ++i)
    all.push_back(std::async(std::launch::async, upload, i)); // trap: kept
  for (auto &each : all)
    each.get();
}
struct Loader {
  void start() { next_ = std::async(std::launch::async, upload, 1); } // trap: kept
  std::future<int> next_;
};
void on_purpose() {
  (void)std::async(std::launch::async, upload, 2); // trap: somebody has thought about it
}
