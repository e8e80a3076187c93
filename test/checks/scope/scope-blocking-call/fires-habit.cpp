// What many functions in several files wait for under one lock is one finding.
//--- store.h
#pragma once
#include <mutex>
class Store {
public:
  void write();
  void flush();
  void close();

private:
  void settle();
  std::mutex mu_;
  int pending_ = 0;
};
//--- store.cpp
#include "store.h"
#include <unistd.h>
void Store::settle() { usleep(10); }
void Store::write() {
  std::lock_guard hold(mu_);
  ++pending_;
  settle(); // expect: scope-blocking-call "'Store::settle' calls 'usleep', which sleeps while 'mu_' is held"
  --pending_;
}
//--- store_close.cpp
#include "store.h"
void Store::close() {
  std::lock_guard hold(mu_);
  ++pending_;
  settle(); // note: "'Store::close' calls 'Store::settle' under it, too"
  --pending_;
}
//--- store_flush.cpp
#include "store.h"
void Store::flush() {
  std::lock_guard hold(mu_);
  ++pending_;
  settle(); // note: "'Store::flush' calls 'Store::settle' under it, too"
  --pending_;
}
