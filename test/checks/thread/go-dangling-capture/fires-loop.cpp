// The loop goes on to its next round while the goroutine reads its variable.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <string>
#include <vector>

void handle(int);
void print(const std::string &);

void counted() {
  runnel::wait_group wg;
  for (int i = 0; i < 8; ++i)
    wg.go([&i] { handle(i); }); // expect: go-dangling-capture "'i' is captured by reference by a goroutine, and changed while the goroutine runs"
  wg.wait();
}

void grouped(const std::vector<std::string> &all) {
  runnel::group g;
  for (std::size_t i = 0; i < all.size(); ++i)
    g.go([&] { print(all[i]); }); // expect: go-dangling-capture "changed while the goroutine runs"
  g.wait();
}

int main() {
  runnel::channel<int> out(3);
  for (int i = 0; i < 3; ++i)
    runnel::go([&] { out.send(i); }); // expect: go-dangling-capture "changed while the goroutine runs"
  for (int k = 0; k < 3; ++k)
    handle(*out.recv());
}
