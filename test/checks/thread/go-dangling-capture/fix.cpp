// Captures that become copies, or take over what nobody else needs.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <string>
#include <vector>
void use(int);
void use(const std::string &);
void use(const std::vector<int> &);

void implicit() {
  int n = 1;
  runnel::go([&] { use(n); }); // expect: go-dangling-capture
  // CHECK-FIX: runnel::go([&, n] { use(n); });
}

void moved(std::string text) {
  runnel::go([&text] { use(text); }); // expect: go-dangling-capture
  // CHECK-FIX: runnel::go([text = std::move(text)] { use(text); });
}

void still_needed(std::string text) {
  runnel::go([&text] { use(text); }); // expect: go-dangling-capture
  // CHECK-FIX: runnel::go([text] { use(text); });
  text.clear();
}

void several(int n, std::vector<int> all) {
  runnel::go([&] { // expect@+1: go-dangling-capture
    use(n); // CHECK-FIX: use(n);
    use(all);
  });
}
