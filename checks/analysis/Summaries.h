//===- Summaries.h - What a call of a function may do -----------*- C++ -*-===//
//
// Per function: what it, or anything it calls, may do that a caller who holds a
// lock must know: acquire locks, block, suspend, join, use channels, call code
// nobody knows, start threads; which fields it touches; which locks it leaves
// locked or unlocked. Places are in the function's own terms (this, parameters,
// captures, globals), so that a caller can say of its own objects whether they
// are meant. Every effect leads back to the event that has it.
//
//   for (const Effect &E : S.of(Callee).Effects)
//     if (E.What == Effect::Block)
//       for (const TraceStep &T : S.trace(Callee, E)) ...
//
// Computed bottom-up over the components of the call graph, to a fixpoint in
// each; held locks and summaries depend on each other and are made together.
//
// Invariants:
//  1. Effects are in a fixed order, at most MaxEffects of a kind, nearest
//  first:
//     a cap loses witnesses of a fact, never the fact.
//  2. Following Via from an effect ends at an event of the program.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_SUMMARIES_H
#define RUNNEL_CHECKS_ANALYSIS_SUMMARIES_H

#include "checks/analysis/CallGraph.h"
#include "checks/analysis/HeldLocks.h"

namespace runnel::analysis {

struct Effect {
  enum Kind : uint8_t {
    Acquire,     ///< On: the lock
    Block,       ///< Text: what it waits for, Callee: the function's name
    Wait,        ///< On: the condition variable
    Join,        ///< On: the handle, future, wait group, latch
    ChannelOp,   ///< On: the channel; Text: "send", "receive", "select"
    Suspend,     ///< Text: why
    UnknownCall, ///< On: the function object, if it has a place; Text: its name
    Spawn,       ///< Text: by what
  };
  static constexpr unsigned Kinds = 8;

  Kind What = Acquire;
  uint32_t Flags = 0;                       ///< of the event
  ir::CallKind Call = ir::CallKind::Direct; ///< UnknownCall
  ir::Name Text;
  ir::Name Callee;
  ir::Place On;
  /// Locks (or guards) of the caller's that this function has unlocked by then.
  std::vector<ir::Place> Released;
  Point At;                          ///< the event, or the call to Via
  const ir::Function *Via = nullptr; ///< null: this function's own event
  uint32_t Index = 0;                ///< of the effect in Via's summary
  uint32_t Hops = 0;                 ///< calls between here and the event
  /// No call on the way has other targets that do nothing of the kind.
  bool Sure = true;
};

/// A field or global that is read or written.
struct Touch {
  ir::Name Symbol;
  bool Write = false;
  bool OnThis = false; ///< a field of the very object the method is called on
  Point At;
  friend bool operator==(const Touch &, const Touch &) = default;
};

/// A lock whose state a call changes.
struct LockEffect {
  ir::Place Lock;
  Presence Is = Presence::Yes; ///< afterwards
  bool Shared = false;
  /// The place of the guard that has it: a field of this, a parameter; a
  /// Result root if it is the guard that is returned. Unknown: by hand.
  ir::Place Guard;
  friend bool operator==(const LockEffect &, const LockEffect &) = default;
};

struct Summary {
  std::vector<Effect> Effects;
  std::vector<LockEffect> Locks;
  std::vector<Touch> Touches; ///< sorted by symbol, at most MaxTouches
  bool TouchesMore = false;   ///< the cap was reached, or code is unknown
  bool MayThrow = false;
  bool NeverReturns = false;
  bool EndsProgram = false; ///< no call of it comes back, see Endings.h
  /// Per block, from which event on the program is bound to end; may be empty.
  std::vector<uint32_t> Doomed;

  bool may(Effect::Kind K) const;
  const Effect *first(Effect::Kind K) const;
};

/// One line of "how does it come to that".
struct TraceStep {
  const ir::Function *In = nullptr;
  Point At;
  ir::Range Where;
  /// The function called there; null at the last step, the event itself.
  const ir::Function *Calls = nullptr;
};

/// A function whose effects an event has.
struct Target {
  const ir::Function *Callee = nullptr;
  bool Certain = true;  ///< it runs, once: no other overrider, no algorithm
  bool InPlace = false; ///< it is an argument of the call
  uint32_t Argument = 0;
};

class Summaries {
public:
  static constexpr unsigned MaxEffects = 8;
  static constexpr unsigned MaxTouches = 64;
  static constexpr unsigned MaxTrace = 32;

  Summaries(const ir::Program &P, const CallGraph &G);
  ~Summaries();

  const ir::Program &program() const { return P; }
  const CallGraph &graph() const { return G; }

  /// A function without a body has an empty summary, but for what attributes
  /// and vocabulary say of it.
  const Summary &of(const ir::Function &F) const;
  const HeldLocks &held(const ir::Function &F) const;

  /// The functions that the event may run, those without a body included if
  /// something is known of them.
  llvm::SmallVector<Target, 2> targets(const ir::Function &F, Point At) const;

  /// All that the event \p At of \p F does, itself and through the functions it
  /// calls, in F's terms: what F's own summary would say of it.
  std::vector<Effect> effectsAt(const ir::Function &F, Point At) const;
  /// The steps from \p E, an effect of \p F, to the event that has it.
  std::vector<TraceStep> trace(const ir::Function &F, const Effect &E) const;
  /// Whether lock \p H, held by \p F, is still held when \p E happens below it.
  bool stillHeld(const ir::Function &F, const LockState &S, const Hold &H,
                 const Effect &E) const;
  /// The fields and globals that the event touches, itself or through calls;
  /// nothing if that cannot be told.
  std::optional<std::vector<Touch>> touchesAt(const ir::Function &F,
                                              Point At) const;

private:
  std::vector<LockEffect> flow(const ir::Function &F,
                               llvm::ArrayRef<LockEffect> Entry);
  void enterFromCallers();
  std::vector<LockEffect> heldAt(const CallEdge &E) const;

  const ir::Program &P;
  const CallGraph &G;
  std::vector<Summary> Of;
  llvm::DenseMap<const ir::Function *, Summary> Declared;
  std::unique_ptr<HeldLocks[]> Held;
};

} // namespace runnel::analysis

#endif
