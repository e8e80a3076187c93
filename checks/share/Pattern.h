//===- Pattern.h - What a lock and its condition variables do ---*- C++ -*-===//
//
// The decision tree "share memory by communicating", applied to each condition
// that somebody waits for:
//
//   1. does it transfer ownership of data?          a channel
//   2. does it guard the internal state of a type?  keep the lock
//   3. does it coordinate pieces of logic?          channel, select, wait group
//   4. is it a measured critical section?           keep the lock
//
// What is told here is told by uses, never by names: who puts in and who takes
// out, who sets and who waits. What fits no pattern is kept (2, 4).
//
// Invariants:
//  1. A piece of data is in one pattern at most; the order is that of the
//     declaration below.
//  2. Every wait on every condition variable of a pattern is understood.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_SHARE_PATTERN_H
#define RUNNEL_CHECKS_SHARE_PATTERN_H

#include "checks/Finding.h"
#include "checks/analysis/DataUses.h"
#include "checks/analysis/Facts.h"

namespace runnel::share {

struct Site {
  const ir::Function *In = nullptr;
  ir::Range Where;
  std::string function() const; ///< without its class and without lambdas
};

struct Pattern {
  enum Kind : uint8_t {
    Queue,
    Mailbox,
    Event,
    CountedJoin,
    Permits,
  };
  Kind What = Queue;
  analysis::Entity Data; ///< container, slot, flag or counter
  analysis::Entity Lock;
  std::vector<analysis::Entity> Conditions; ///< condition variables, sorted
  std::vector<analysis::Entity> Flags;      ///< set once, to end the waiting
  Site Put;             ///< pushes, puts, sets, counts down, releases
  Site Take;            ///< waits
  bool Bounded = false; ///< producers wait as well
  bool Timed = false;   ///< some wait has a time limit
  const ir::Record *Owner = nullptr; ///< of Data, if it is a field
  /// The class is there for this and little else.
  bool WholeClass = false;

  /// Where a finding points: the class, or the data.
  ir::Range where(const ir::Program &P) const;
  std::string symbol(const ir::Program &P) const;
  /// "'mu_', 'cv_' and 'q_'"
  std::string parts(const ir::Program &P) const;
  /// The class, or the data, in quotes.
  std::string subject(const ir::Program &P) const;
};

std::vector<Pattern> findPatterns(const analysis::Facts &F);

/// The last part of a class's name.
std::string shortName(const ir::Record &R);

/// The note that names the question that decided.
Note question(const Pattern &Found, const ir::Program &P,
              llvm::StringRef Evidence);

} // namespace runnel::share

#endif
