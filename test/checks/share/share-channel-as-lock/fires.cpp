// Channels that are locks or counters.
// flags: -isystem %runtime
#include <runnel/runnel.h>
void work();

class Account {
  runnel::channel<void> lock_{1}; // expect: share-channel-as-lock "the channel 'lock_' is used as a mutex"
  int balance_ = 0;

public:
  void add(int n) {
    lock_.send(); // note: "it is taken here"
    balance_ += n;
    lock_.recv(); // note: "and given back here"
  }
  int get() {
    lock_.send();
    int n = balance_;
    lock_.recv();
    return n;
  }
};

class Limited {
  runnel::channel<void> slots_{8}; // expect: share-channel-as-lock "is used as a semaphore"

public:
  void run() {
    slots_.send();
    work();
    slots_.recv();
  }
};

void locals(int n) {
  runnel::channel<void> gate(1); // expect: share-channel-as-lock "'gate'"
  runnel::wait_group wg;
  for (int i = 0; i < n; ++i)
    wg.go([&] {
      gate.send();
      work();
      gate.recv();
    });
  wg.wait();
}

void uses() {
  Account a;
  a.add(1);
  a.get();
  Limited l;
  l.run();
}
