// More stack than a goroutine has.
// flags: -isystem %runtime
#include <alloca.h>
#include <array>
#include <regex>
#include <runnel/runnel.h>
#include <string>

void fill(char* buf, long n);

void buffer() {
  char big[65536]; // expect: fiber-stack-hog "'big' takes 65536 bytes of a goroutine's stack"
  fill(big, sizeof big);
}
void array() {
  std::array<int, 8192> table{}; // expect: fiber-stack-hog "'table' takes 32768 bytes"
  fill(reinterpret_cast<char*>(table.data()), 1);
}
void several() {
  char a[8000], b[9000]; // expect: fiber-stack-hog "the locals of 'several' take 17000 bytes"
  fill(a, 1), fill(b, 2);
}
void variable(int n) {
  char buf[n]; // expect: fiber-stack-hog "'buf' is as large as the program says"
  fill(buf, n);
}
void allocates(int n) {
  fill(static_cast<char*>(alloca(n)), n); // expect: fiber-stack-hog "'alloca'"
}
bool matches(const std::string& text) {
  static const std::regex word("(a|b)*c");
  return std::regex_match(text, word); // expect: fiber-stack-hog "'std::regex_match' recurses once for every character"
}
std::string replaces(const std::string& text) {
  return std::regex_replace(text, std::regex("x+"), "y"); // expect: fiber-stack-hog "'std::regex_replace'"
}
struct Node {
  Node* next;
};
int depth(const Node* n) { // expect: fiber-stack-hog "'depth' calls itself with 1024 bytes of locals"
  char path[1024];
  fill(path, 1);
  return n ? 1 + depth(n->next) : 0;
}
struct Big {
  char bytes[20000];
};
void object() {
  Big b; // expect: fiber-stack-hog
  fill(b.bytes, 1);
}
void offloaded() { // the stack is still the goroutine's
  runnel::blocking([] {
    char big[40000]; // expect: fiber-stack-hog
    fill(big, 1);
  });
}

int main() {
  runnel::group g;
  g.go([] { // note: "a goroutine that runs"
    buffer(), array(), several(), variable(3), allocates(4), matches("a"), replaces("x");
    depth(nullptr), object(), offloaded();
  });
}
