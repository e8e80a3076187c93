//===- UnderLock.h - What happens while a lock is held ----------*- C++ -*-===//
//
// What checks of several families share: the effects (blocking, joining,
// calling the unknown ...) that an event has, itself or through calls, while
// the function surely holds a lock that it took itself; and how to tell of
// them. One group a critical section, so that one section makes one finding.
//
// Left out, because nobody can be waiting for the lock or nobody is meant to:
//  1. code that runs before the first thread starts;
//  2. an object's own lock in its constructor or destructor, unless it waits
//     there for a thread, which knows the object;
//  3. local locks: scope-ineffective-guard speaks of them;
//  4. effects before which the lock is released on the way (condition waits);
//  5. calls that may reach the effect through one overrider of several.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_UNDERLOCK_H
#define RUNNEL_CHECKS_UNDERLOCK_H

#include "checks/Finding.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Summaries.h"

namespace runnel::scope {

struct UnderLock {
  const ir::Function *In = nullptr;
  analysis::Hold Held;
  analysis::Point At;
  analysis::Effect What;
};

using Group = std::vector<UnderLock>; ///< of one section, in order

/// \p Wanted sees every effect once, with the outermost lock it happens under,
/// of those that \p Counts says count.
std::vector<Group> effectsUnderLocks(
    const analysis::Facts &F, llvm::ArrayRef<analysis::Effect::Kind> Kinds,
    llvm::function_ref<bool(const UnderLock &)> Wanted,
    llvm::function_ref<bool(const ir::Place &Lock)> Counts =
        [](const ir::Place &) { return true; });

/// A lock of a known kind that only the thread which locked it may unlock. A
/// lock of a kind that nobody knows may be made for goroutines.
bool isThreadLock(const ir::Place &Lock);
/// A goroutine suspends under a thread's lock: runnel-fiber-thread-lock tells
/// of it, and no other check.
bool isForFiberThreadLock(const analysis::Facts &F, const UnderLock &U);

/// Whether any other thread can want the lock that \p H holds in \p F.
bool isContended(const ir::Function &F, const analysis::HeldLocks &Locks,
                 const analysis::Hold &H);

/// `'mu_'`, or `a lock` if it has no name.
std::string lockName(const ir::Function &F, const ir::Place &Lock);
std::string lockName(const analysis::Facts &F, const UnderLock &U);
/// Equal for the same class of lock, wherever it is held.
std::string lockKey(const analysis::Facts &F, const UnderLock &U);
/// `Store::save`, `a lambda in Store::save`.
std::string functionName(const ir::Program &P, const ir::Function &F);
/// What is called in the end: `'fsync'`.
std::string calleeName(const ir::Program &P, const analysis::Effect &E);

/// A finding about the first of \p G: where the lock is taken, how the first
/// effect comes about, where the others are. \p Other says what they do:
/// "blocks here too". The advice is the caller's to add, with advise().
Finding startFinding(const analysis::Facts &F, const Group &G,
                     llvm::StringRef Check, std::string Message,
                     llvm::StringRef Last, llvm::StringRef Other);
/// startFinding and what follows it nearly always: each further effect says in
/// its note what \p More makes of it, \p Advice is given, and unlocking earlier
/// is the fix where that is possible.
Finding tellOf(const analysis::Facts &F, const Group &G, llvm::StringRef Check,
               std::string Message, llvm::StringRef Last,
               llvm::function_ref<std::string(const UnderLock &)> More,
               std::string Advice);
std::vector<analysis::Point> pointsOf(const Group &G);
void advise(Finding &F, const Group &G, std::string What);

/// The words of an identifier, in lower case: `writeLogLine` has three.
std::vector<std::string> wordsOf(llvm::StringRef Identifier);
/// The function is there to say what the program does: to log, to assert.
bool isDiagnostic(const ir::Program &P, const ir::Function &F);

} // namespace runnel::scope

#endif
