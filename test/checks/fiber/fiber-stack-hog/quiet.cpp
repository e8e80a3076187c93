// Little of the stack, or a stack of another kind.
// flags: -isystem %runtime
#include <alloca.h>
#include <memory>
#include <regex>
#include <runnel/runnel.h>
#include <string>
#include <thread>
#include <vector>

void fill(char* buf, long n);

// trap: small
void small() {
  char buf[4096];
  fill(buf, sizeof buf);
}
// trap: on the heap
void heap() {
  std::vector<char> a(65536);
  auto b = std::make_unique<char[]>(65536);
  fill(a.data(), 1), fill(b.get(), 1);
}
// trap: one for all, not on the stack
void fixed() {
  static char buf[65536];
  fill(buf, 1);
}
// trap: known, and little
void allocates() { fill(static_cast<char*>(alloca(64)), 64); }
// trap: a main thread has megabytes
void in_main() {
  char big[1 << 20];
  fill(big, 1);
}
// trap: so has a thread
void in_a_thread() {
  std::thread([] {
    char big[1 << 20];
    fill(big, 1);
    (void)std::regex_match("a", std::regex("a"));
  }).join();
}
// trap: calls itself, and keeps little
struct Tree {
  Tree *left, *right;
};
int size(const Tree* t) { return t ? 1 + size(t->left) + size(t->right) : 0; }
// trap: refers to a large object
void refers(std::array<char, 65536>& big) { fill(big.data(), 1); }
// trap: made from an expression, matched by another thread
struct Pattern {
  std::regex compiled{"a*"};
};
// trap: a pointer to much
void points(char (*big)[65536]) { fill(*big, 1); }

int main() {
  in_main();
  static std::array<char, 65536> big;
  runnel::group g;
  g.go([] {
    small(), heap(), fixed(), allocates(), in_a_thread(), size(nullptr), refers(big);
    Pattern p;
    points(nullptr);
  });
  g.wait();
}
