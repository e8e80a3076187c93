// Goroutines that outlive what they captured.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <string>
#include <vector>
void use(int);
void use(const std::string &);

void local() {
  int n = 1;
  runnel::go([&] { use(n); }); // expect: go-dangling-capture "'n'"
}

void parameter(std::string text) {
  runnel::go([&text] { use(text); }); // expect: go-dangling-capture "'text'"
}

void on_one_path(bool wait) {
  int n = 1;
  runnel::channel<void> done;
  runnel::go([&, done] { // a trap for readers: waited for only sometimes
    use(n); // expect: go-dangling-capture "'n'"
    done.close();
  });
  if (wait)
    done.recv();
}
