//===- Places.h - Places by value, across functions -------------*- C++ -*-===//
//
// Inside a function a place is an index into its table. An analysis that
// crosses functions needs places the table does not hold: what a callee calls
// `this.mu` is `param 0.store.mu` here. So analyses carry places by value and
// translate them at calls. What no longer has a name in the caller (a callee's
// locals) becomes Unknown, which equals nothing, itself included.
//
// A lock's class is what is known of it independently of the object: the field,
// the global or the local it is stored in. Order between locks is a matter of
// classes; whether two locks are one is a matter of places.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_PLACES_H
#define RUNNEL_CHECKS_ANALYSIS_PLACES_H

#include "checks/analysis/Point.h"
#include "checks/ir/Program.h"

#include <optional>

namespace runnel::analysis {

/// The same memory, for sure. Unknown roots and unknown indices equal nothing.
bool sameObject(const ir::Place &A, const ir::Place &B);

/// Whether every step names one object: no unknown root, no index that is not
/// a simple text.
bool isDefinite(const ir::Place &P);

/// What the callee's \p P is to the caller, at the call \p E (Call, Block,
/// OnceCall, Wait with a predicate, Spawn). \p Callee is the function that
/// runs; if it is a lambda, its captures are looked up where it was made.
ir::Place toCaller(const ir::Function &Caller, const ir::Event &E,
                   const ir::Function &Callee, const ir::Place &P);

/// The other way round: what the caller's \p P is called inside the callee, if
/// it has a name there.
std::optional<ir::Place> toCallee(const ir::Function &Caller,
                                  const ir::Event &E,
                                  const ir::Function &Callee,
                                  const ir::Place &P);

/// In a lambda, what it reaches through its captured `this` is called This.
ir::Place normalized(const ir::Function &F, ir::Place P);

/// Replaces calls of accessors (`mutex()`) by what they return a way to
/// (`mu_`), where the program shows it.
ir::Place resolveAccessors(const ir::Program &P, ir::Place At);

/// As a programmer of \p F would write it: `store.mu`, `jobs->mu`, `mu`.
std::string pretty(const ir::Function &F, const ir::Place &P);

struct LockClass {
  enum Kind : uint8_t {
    Unknown, ///< a lock that was passed in, or cannot be named
    Field,   ///< Symbol: the field
    Global,  ///< Symbol: the global, or static local
    Local,   ///< Symbol: the function, Index: its local
    Object,  ///< Symbol: the record, which is itself a lock
  };
  Kind How = Unknown;
  ir::Name Symbol;
  uint32_t Index = 0;
  bool Element = false; ///< one of several in an array or container

  bool known() const { return How != Unknown; }
  friend bool operator==(const LockClass &, const LockClass &) = default;
  friend bool operator<(const LockClass &A, const LockClass &B) {
    return std::tie(A.Symbol, A.How, A.Index, A.Element) <
           std::tie(B.Symbol, B.How, B.Index, B.Element);
  }
};

LockClass lockClass(const ir::Function &F, const ir::Place &Lock);
/// A field that only refers to a lock: which lock that is, and what else it is
/// called, is decided where the field is set.
bool isAlias(const ir::Program &P, const LockClass &C);
/// For messages: `Store::mu`, `cache_lock`.
std::string className(const ir::Program &P, const LockClass &C);

} // namespace runnel::analysis

#endif
