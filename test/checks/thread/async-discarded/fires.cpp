// Tasks that are waited for by the statement that starts them.
#include <future>
void upload(int);

void dropped() {
  std::async(std::launch::async, [] { upload(1); }); // expect: async-discarded "waited for at once"
}
void dropped_function(int n) {
  std::async(upload, n); // expect: async-discarded
}
struct Saver {
  void save() { std::async(std::launch::async, &Saver::write, this); } // expect: async-discarded
  void write();
};
