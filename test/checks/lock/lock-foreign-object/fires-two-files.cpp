//--- store.h
#pragma once
#include <mutex>
class Store {
public:
  void put(int x);
  std::mutex &mutex() { return mu_; }
  int value = 0;

private:
  std::mutex mu_; // note: "'mu_' is declared here"
};
//--- store.cpp
#include "store.h"
void Store::put(int x) {
  std::lock_guard lock(mu_);
  value = x;
}
//--- user.cpp
#include "store.h"
int read(Store &store) {
  std::lock_guard lock(store.mutex()); // expect: lock-foreign-object "'read' locks 'store.mu_'"
  return store.value;
}
