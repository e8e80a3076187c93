// A circle of three whose first call goes all the way: two threads suffice.
//--- all.h
#pragma once
#include <mutex>
class Journal;
class Store {
public:
  void put(class Index &index, Journal &journal);
  void touch();

private:
  std::mutex mu_;
  int puts_ = 0;
};
class Index {
public:
  void add(Journal &journal);

private:
  std::mutex mu_;
  int keys_ = 0;
};
class Journal {
public:
  void append();
  void replay(Store &store);

private:
  std::mutex mu_;
  int lines_ = 0;
};
//--- store.cpp
#include "all.h"
void Store::put(Index &index, Journal &journal) {
  std::lock_guard lock(mu_);
  ++puts_;
  index.add(journal); // note: "and, holding it, calls 'Index::add'"
}
void Store::touch() {
  std::lock_guard lock(mu_);
  ++puts_;
}
void Index::add(Journal &journal) {
  std::lock_guard lock(mu_);
  ++keys_;
  journal.append(); // note: "which calls 'Journal::append'"
}
//--- journal.cpp
#include "all.h"
void Journal::append() {
  std::lock_guard lock(mu_);
  ++lines_;
}
void Journal::replay(Store &store) {
  std::lock_guard lock(mu_);
  ++lines_;
  store.touch(); // expect: web-lock-order-cycle "'Journal::mu_' and 'Store::mu_' are locked in either order"
}
