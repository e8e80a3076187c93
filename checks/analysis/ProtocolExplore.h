//===- ProtocolExplore.h - Who can wait for ever ----------------*- C++ -*-===//
//
// Cuts the program into scopes, one for each function that makes channels or
// their like, runs the scope's small model (ProtocolMachine.h) in every order,
// and returns the states in which somebody waits and nobody is left to end it.
//
// A goroutine waits for ever in a bottom component of the state graph in all of
// whose states it waits for the same thing. That covers a terminal state (a
// component of one) as well as a program that goes on without it.
//
// Complexity: linear in the states visited, which Budget bounds. A scope that
// meets the bound yields only what lies in components that were seen whole.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_PROTOCOLEXPLORE_H
#define RUNNEL_CHECKS_ANALYSIS_PROTOCOLEXPLORE_H

#include "checks/analysis/ProtocolMachine.h"

namespace runnel::analysis::protocol {

struct Budget {
  unsigned StatesPerScope = 20000;
  unsigned StatesInAll = 400000;
  uint64_t WorkPerScope = 1'000'000; ///< see Limits::Work
  uint64_t WorkInAll = 12'000'000;
  friend bool operator==(const Budget &, const Budget &) = default;
};

/// As options have it: \p Get(key, default).
template <class G> Budget budgetOf(G Get) {
  Budget B;
  B.StatesPerScope = Get("StatesPerScope", B.StatesPerScope);
  B.StatesInAll = Get("StatesInAll", B.StatesInAll);
  B.WorkPerScope = Get("WorkPerScope", B.WorkPerScope);
  B.WorkInAll = Get("WorkInAll", B.WorkInAll);
  return B;
}

/// What a goroutine waits for, or has to do with.
struct Meeting {
  Object::Kind How = Object::Opaque;
  ir::Name Id;
  ir::Range Made;
  int32_t Capacity = 0;
  bool SharedMode = false;
  int32_t Owner = -1;     ///< of a mutex: process
  bool OwnerDone = false; ///< ... that has ended with it
  bool Forgotten = false; ///< ... in a function that has returned with it
  const ir::Event *LockedAt = nullptr; ///< of a mutex
  ir::Name Class;                      ///< of a mutex: member or global
  std::string Qualified;               ///< its name with its class's
  std::vector<int32_t> Touched;        ///< processes that have used it
};

/// A goroutine in the state that was found.
struct Party {
  ir::Name Id;
  bool Thread = false; ///< of the system, not a goroutine
  ir::Range Started;
  bool Done = false;
  ir::Range Left;                  ///< Done: where it ended
  const ir::Function *F = nullptr; ///< not Done: where it stands
  const ir::Event *E = nullptr;
  std::vector<Meeting> WaitsFor; ///< not empty: for ever
  std::vector<Meeting> Holds;    ///< mutexes, those of WaitsFor apart
  bool Indirect = false; ///< below a call through a pointer or function object
};

struct Blocked {
  const ir::Function *Scope = nullptr;
  std::vector<Party> Parties; ///< by process number; the scope itself first
  std::vector<Move> Schedule; ///< a shortest one
};

/// An operation on a channel that has been closed.
struct Misused {
  const ir::Function *Scope = nullptr;
  Party Who, Closer;
  const ir::Function *F = nullptr;
  const ir::Event *E = nullptr;      ///< the send, or the second close
  const ir::Event *Closed = nullptr; ///< the first close
  ir::Name Channel;
};

/// A scope that was not seen whole.
struct GivenUp {
  const ir::Function *Scope = nullptr;
  enum Reason : uint8_t { States, Work, Total, Limit } Why = States;
  bool Begun = true;
};

struct Exploration {
  std::vector<Blocked> Found;
  std::vector<Misused> Misuses;
  std::vector<GivenUp> Given;
  unsigned Scopes = 0, States = 0;
  unsigned OverBudget = 0; ///< scopes not seen whole
};

Exploration explore(const ir::Program &P, Budget B);

/// Which bound was met, in words.
const char *reason(const GivenUp &G);

} // namespace runnel::analysis::protocol

#endif
