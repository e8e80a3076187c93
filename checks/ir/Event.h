//===- Event.h - The instructions of the concurrency IR ---------*- C++ -*-===//
//
// What a function does that concurrency can see. Everything else in the C++ is
// gone. Events of a block stand in evaluation order. Guards are not lowered to
// lock and unlock: what a unique_lock holds depends on the path, so the held-
// lock analysis interprets the guard events.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_EVENT_H
#define RUNNEL_CHECKS_IR_EVENT_H

#include "checks/ir/Place.h"

namespace runnel::ir {

// The second column says what Subject (S), Other (O), Args (A), Callee (C),
// Text (T) and Value (V) mean; unnamed members are empty.
enum class Op : uint8_t {
  // Locks.
  Lock,         ///< S: lock. Flags: Shared, Try, WithTimeout, Avoiding
  Unlock,       ///< S: lock. Flags: Shared
  GuardBegin,   ///< S: guard, A: locks. Flags: Shared, Adopt, Defer, Try,
                ///< WithTimeout,
                ///< Avoiding, Unnamed (a temporary that dies in its statement)
  GuardLock,    ///< S: guard. Flags: Shared, Try, WithTimeout
  GuardUnlock,  ///< S: guard
  GuardRelease, ///< S: guard: forgets its lock without unlocking
  GuardMove,    ///< S: guard that takes over from guard O; a lock S held before
                ///< is unlocked
  GuardSwap,    ///< S, O
  GuardEnd, ///< S: guard destroyed (or optional reset): unlocks what it holds
  // Condition variables.
  Wait,   ///< S: condition variable, O: guard or lock, A: the predicate.
          ///< Flags: Predicate, WithTimeout
  Notify, ///< S. Flags: All
  // Calls.
  Call,  ///< C: function (empty: unknown), S: object, A: arguments, T: its
         ///< name as written, V: CallKind. Flags: MayThrow
  Block, ///< a call that blocks its thread. C, S, A as Call; T: what it waits
         ///< for: "sleep", "file", "network", "process", "join", "lock", "user"
  Closure, ///< C: lambda's function, S: variable it initialises, A: captures
  // Memory.
  Declare,  ///< S: local begins to exist
  ScopeEnd, ///< S: local ceases to exist
  Access,   ///< S: place. Flags: Read, Write, AddressTaken, Atomic, Moved
  Assign, ///< S: pointer, reference, handle or closure place that now refers to
          ///< what A[0] does
  Escape, ///< S: a reference to this place leaves the function's hands. V:
          ///< EscapeKind, O: where it is stored, C: who receives it
  New,    ///< S: place that owns it, T: type
  Delete, ///< S
  // Threads and goroutines.
  Spawn,   ///< S: handle (or group), C: what is started, A[0]: the callable,
           ///< A[1..]: arguments, T: by what, V: SpawnKind
  Join,    ///< S: handle; future.get too. Flags: WithTimeout, IfJoinable
  Detach,  ///< S
  Suspend, ///< this goroutine or coroutine may give up its thread. T:
           ///< "co_await",
           ///< "co_yield", "yield", or the callee's name; its Spelling is the
           ///< callee as written
  // Counting synchronisation.
  CountAdd,   ///< S: wait group, semaphore, latch, barrier; V if known: amount
  CountDone,  ///< S; V as above (wait_group.done, semaphore.acquire's opposite)
  CountWait,  ///< S; waits for the count. Flags: Try, WithTimeout
  OnceCall,   ///< S: once flag, A[0]: the callable
  PromiseSet, ///< S
  // Channels.
  MakeChannel, ///< S: channel (O: the receiving end, if ends are separate),
               ///< V if known: capacity
  Send,        ///< S: channel or sender, A[0]: value. Flags: Try, WithTimeout
  Recv,        ///< S, O: where the value goes. Flags: Try, WithTimeout, Ranged
  Close,       ///< S
  Select,      ///< Cases. S: place of the winner, if named
  // Contexts and time.
  MakeContext, ///< S: context, O: cancel source, A: parent
  Cancel,      ///< S: cancel source (called or destroyed)
  MakeTimer,   ///< S: timer or ticker or channel, T: "after", "timer", "ticker"
  StopTimer,   ///< S
  // Leaving.
  Return, ///< S: place returned or referred to. Flags: ByReference (the caller
          ///< gets a way to S, not a copy)
  Throw,
};

enum EventFlag : uint32_t {
  FlagNone = 0,
  Shared = 1u << 0,
  Try = 1u << 1,
  WithTimeout = 1u << 2,
  Avoiding = 1u << 3, ///< taken together with others, deadlock avoided
  Adopt = 1u << 4,
  Defer = 1u << 5,
  Unnamed = 1u << 6,
  Predicate = 1u << 7,
  All = 1u << 8,
  MayThrow = 1u << 9,
  Read = 1u << 10,
  Write = 1u << 11,
  AddressTaken = 1u << 12,
  AtomicAccess = 1u << 13,
  Moved = 1u << 14,
  ByReference = 1u << 15,
  IfJoinable = 1u << 16,
  Ranged = 1u << 17,     ///< the implicit receive of a range-for
  ValueKnown = 1u << 18, ///< Value holds a number
  Implicit = 1u << 19,   ///< written by nobody: destructors and the like
  InPredicate = 1u << 20,
  SystemCallee = 1u << 21, ///< the callee is declared in a system header
};

enum class CallKind : uint8_t {
  Direct,
  Virtual,  ///< Callee is the statically named method; overriders may run
  Pointer,  ///< through a function pointer
  Function, ///< through std::function or its kind
  Unknown,  ///< dependent, or unresolved
};

enum class SpawnKind : uint8_t {
  Thread,
  JoiningThread,
  Async,
  Goroutine,
  Pool,
  Callback
};

enum class EscapeKind : uint8_t { Returned, Stored, Passed };

struct Operand {
  enum Kind : uint8_t {
    Other,    ///< an expression that names nothing
    PlaceArg, ///< .Place
    Lambda,   ///< .Symbol: the lambda's function; .Place: the closure, if named
    FunctionArg, ///< .Symbol
    Number,      ///< .Value
    Null,
    Text, ///< .Symbol: a string literal
  };
  Kind How = Other;
  PlaceId Place = NoPlace;
  Name Symbol;
  int64_t Value = 0;
  bool ByReference = false; ///< bound to a reference, std::ref, or its address
  bool Moved = false;
  friend bool operator==(const Operand &, const Operand &) = default;
};

struct SelectCase {
  enum Kind : uint8_t { Recv, Send, Timeout, Otherwise, Unknown };
  Kind How = Unknown;
  PlaceId Channel = NoPlace;
  Operand Value;   ///< sent, or the timeout in nanoseconds if it is constant
  Operand Handler; ///< Lambda or Other
  PlaceId Named = NoPlace; ///< the local that holds the case
  Range Where;
  friend bool operator==(const SelectCase &, const SelectCase &) = default;
};

struct Event {
  Op What = Op::Call;
  uint32_t Flags = 0;
  PlaceId Subject = NoPlace;
  PlaceId Other = NoPlace;
  std::vector<Operand> Args;
  std::vector<SelectCase> Cases;
  Name Callee;
  Name Text;
  Name
      Spelling; ///< the subject as the source writes it, for messages and fixes
  int64_t Value = 0;
  Range Where;     ///< the expression
  Range Statement; ///< the full statement around it, its semicolon included

  bool has(uint32_t Flag) const { return (Flags & Flag) != 0; }
  CallKind callKind() const { return static_cast<CallKind>(Value); }
  SpawnKind spawnKind() const { return static_cast<SpawnKind>(Value); }
  EscapeKind escapeKind() const { return static_cast<EscapeKind>(Value); }
  friend bool operator==(const Event &, const Event &) = default;
};

} // namespace runnel::ir

#endif
