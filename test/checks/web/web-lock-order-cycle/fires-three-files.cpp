//--- store.h
#pragma once
#include <mutex>
class Index;
class Store {
public:
  void put(Index &index, int key);
  void touch();

private:
  std::mutex mu_;
  int puts_ = 0;
};
//--- index.h
#pragma once
#include <mutex>
class Journal;
class Index {
public:
  void add(Journal &journal, int key);
  void drop(int key);

private:
  std::mutex mu_;
  int keys_ = 0;
};
//--- journal.h
#pragma once
#include <mutex>
class Store;
class Journal {
public:
  void append(int key);
  void replay(Store &store);

private:
  std::mutex mu_;
  int lines_ = 0;
};
//--- store.cpp
#include "store.h"
#include "index.h"
void Store::put(Index &index, int key) {
  std::lock_guard lock(mu_);
  ++puts_;
  index.drop(key); // note: "and, holding it, calls 'Index::drop'"
}
void Store::touch() {
  std::lock_guard lock(mu_); // note: "which locks 'Store::mu_'"
  ++puts_;
}
//--- index.cpp
#include "index.h"
#include "journal.h"
void Index::add(Journal &journal, int key) {
  std::lock_guard lock(mu_);
  ++keys_;
  journal.append(key); // expect: web-lock-order-cycle "'Index::mu_', 'Journal::mu_' and 'Store::mu_' are locked in a circle"
}
void Index::drop(int key) {
  std::lock_guard lock(mu_);
  keys_ -= key;
}
//--- journal.cpp
#include "journal.h"
#include "store.h"
void Journal::append(int key) {
  std::lock_guard lock(mu_); // note: "which locks 'Journal::mu_'"
  lines_ += key;
}
static void again(Store &store) { store.touch(); }
void Journal::replay(Store &store) {
  std::lock_guard lock(mu_);
  ++lines_;
  again(store); // note: "and, holding it, calls 'again'"
}
