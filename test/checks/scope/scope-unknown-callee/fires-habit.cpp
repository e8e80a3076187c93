// One lock around whatever a script defines, in every file: one finding.
//--- script.h
#pragma once
#include <functional>
#include <mutex>
extern std::mutex script_lock;
struct Rule {
  std::function<bool(int)> matches;
  bool apply(int packet);
};
struct Action {
  std::function<void(int)> run;
  void perform(int packet);
};
struct Policy {
  std::function<int(int)> choose;
  int decide(int packet);
};
//--- action.cpp
#include "script.h"
std::mutex script_lock;
void Action::perform(int packet) {
  std::lock_guard hold(script_lock);
  run(packet); // expect: scope-unknown-callee "'run' holds while 'script_lock' is held"
}
//--- policy.cpp
#include "script.h"
int Policy::decide(int packet) {
  std::lock_guard hold(script_lock);
  return choose(packet); // note: "'Policy::decide' calls 'choose' under it, too"
}
//--- rule.cpp
#include "script.h"
bool Rule::apply(int packet) {
  std::lock_guard hold(script_lock);
  return matches(packet); // note: "'Rule::apply' calls 'matches' under it, too"
}
