//--- locks.h
#pragma once
#include <mutex>
extern std::mutex configLock;
extern std::mutex logLock;
void reload();
void report(int line);
//--- config.cpp
#include "locks.h"
std::mutex configLock;
static int version;
void reload() {
  std::lock_guard lock(configLock);
  ++version;
  report(version); // expect: web-lock-order-cycle "'configLock' and 'logLock'"
}
int current() {
  std::lock_guard lock(configLock);
  return version;
}
//--- log.cpp
#include "locks.h"
std::mutex logLock;
int current();
static int lines;
void report(int line) {
  std::lock_guard lock(logLock);
  lines += line;
}
void header() {
  std::lock_guard lock(logLock);
  lines += current(); // note: "and, holding it, calls 'current'"
}
