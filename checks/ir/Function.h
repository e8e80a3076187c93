//===- Function.h - Functions as control-flow graphs of events --*- C++ -*-===//
//
// A function the frontend saw, with a body (blocks) or without one (what is
// known of a callee). Of a function template there is one Function: that of its
// first instantiation, under the template's own symbol.
//
// Invariants:
//  1. Blocks[0] is the entry, where there is a body.
//  2. A block without successors either returns (Leaves) or never ends
//  normally.
//  3. Two successors: the first is taken when the condition holds.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_FUNCTION_H
#define RUNNEL_CHECKS_IR_FUNCTION_H

#include "checks/ir/Event.h"

namespace runnel::ir {

using BlockId = uint32_t;

/// What decides between a block's successors.
struct Condition {
  enum Kind : uint8_t {
    None,
    Opaque,  ///< Text: the source of it
    Owns,    ///< the lock or guard Subject is held: try_lock(), owns_lock(), if
             ///< (g)
    Truth,   ///< Subject is true, not null, has a value
    Compare, ///< Subject How Value
    Received,  ///< the last receive from Subject delivered a value
    SelectWon, ///< the last select was won by case number Value
    Constant,  ///< Value
  };
  enum Order : uint8_t { EQ, NE, LT, LE, GT, GE };
  Kind What = None;
  bool Negated = false;
  Order How = EQ;
  PlaceId Subject = NoPlace;
  PlaceId Against = NoPlace; ///< Compare with a place instead of Value
  int64_t Value = 0;
  Name Text; ///< canonical source text: equal texts over unchanged places agree
  std::vector<PlaceId> Reads;
  friend bool operator==(const Condition &, const Condition &) = default;
};

enum class Terminator : uint8_t {
  None,
  If,     ///< if, ?:, &&, ||
  Switch, ///< CaseValues beside Succs
  While,
  Do,
  For,
  RangeFor,
  Goto, ///< indirect
  Try,
};

/// How often the body of a loop runs each time control reaches the loop.
struct TripCount {
  enum Kind : uint8_t {
    Unknown,
    Known,    ///< Value times: for (int i = 0; i < 3; ++i)
    Symbolic, ///< Text: the canonical source of the number (`n`,
              ///< `jobs.size()`): loops with equal texts over unchanged places
              ///< run equally often
  };
  Kind What = Unknown;
  int64_t Value = 0;
  Name Text;
  std::vector<PlaceId> Reads; ///< Symbolic: what the number depends on
  friend bool operator==(const TripCount &, const TripCount &) = default;
};

struct Block {
  std::vector<Event> Events;
  Condition Cond;
  Terminator Term = Terminator::None;
  Range TermRange; ///< the whole loop, if or switch
  std::vector<BlockId> Succs;
  struct CaseValue {
    bool Default = true;
    int64_t Value = 0;
    friend bool operator==(const CaseValue &, const CaseValue &) = default;
  };
  std::vector<CaseValue> CaseValues; ///< Switch: one a successor
  TripCount Trips;                   ///< of the loop this block is the head of
  bool Leaves = false;               ///< control leaves the function normally
  bool Catch = false;                ///< begins a handler
  bool InTry = false; ///< inside a try block that catches everything
  friend bool operator==(const Block &, const Block &) = default;
};

/// Smaller locals are nothing a stack would notice.
inline constexpr uint64_t LargeLocal = 512;
/// Variable::Bytes where only the running program knows.
inline constexpr uint64_t UnknownSize = ~uint64_t(0) >> 1;

struct Variable {
  Name Id;
  TypeRef Type;
  Range Where;        ///< the name
  Range Declaration;  ///< the declaration statement, semicolon included
  Range TypeText;     ///< the written type, template arguments included
  uint64_t Bytes = 0; ///< of a large local (LargeLocal and more): its size
  bool NoInit = false;
  friend bool operator==(const Variable &, const Variable &) = default;
};

struct Capture {
  Name Id;
  TypeRef Type;
  bool ByReference = false;
  bool IsThis = false;      ///< [this]; *this by copy: ByReference false
  bool Implicit = false;    ///< through [=] or [&]
  PlaceId Source = NoPlace; ///< a place of the function the lambda is in
  Range Where;
  friend bool operator==(const Capture &, const Capture &) = default;
};

/// What attributes and annotations promise about a function's locks.
struct LockContract {
  enum Kind : uint8_t {
    Requires,
    Acquires,
    Releases,
    Excludes,
    TryAcquires,
    Returns
  };
  Kind What = Requires;
  bool Shared = false;
  bool Success = true; ///< TryAcquires: what the function returns then
  PlaceId Lock = NoPlace;
  friend bool operator==(const LockContract &, const LockContract &) = default;
};

struct Function {
  Name Symbol;
  Name Id;     ///< qualified: ns::Store::flush
  Name Record; ///< symbol of the class it is a member of
  Name Parent; ///< a lambda's: symbol of the function it is written in
  Access Visible = Access::None;
  bool Constructor = false;
  bool Destructor = false;
  bool Static = false;
  bool Const = false;
  bool Virtual = false;
  bool Final = false; ///< it, or its class
  bool Operator = false;
  bool Assignment = false; ///< operator=, swap
  bool NoExcept = false;
  bool NoReturn = false;
  bool Coroutine = false;
  bool Lambda = false;
  bool Mutable = false; ///< of a lambda
  bool Template = false;
  bool Internal = false;
  bool InHeader = false;
  bool System = false;   ///< declared in a system header
  bool Implicit = false; ///< written by the compiler
  bool Main = false;
  bool Defined = false; ///< has blocks
  bool Incomplete =
      false;             ///< the body holds something that could not be lowered
  bool Blocking = false; ///< annotated, or so in the vocabulary
  bool Suspends = false; ///< annotated, or so in the vocabulary
  bool NoEscape = false; ///< calls what it is given only until it returns
  // What the vocabulary says that matters on a goroutine's thread and stack.
  bool Offloads = false; ///< what it is given may block: others go on meanwhile
  bool Hosts = false;    ///< runs what it is given as a goroutine, and waits
  bool ThreadMemory = false;   ///< returns memory of the thread's, or of all
  bool ThreadIdentity = false; ///< asks or tells which thread this is
  bool DeepStack = false;      ///< needs much stack
  bool TakesHandler = false;   ///< keeps what it is given for a signal or exit
  TypeRef Result;
  std::vector<Variable> Params;
  std::vector<Variable> Locals;
  std::vector<Capture> Captures;
  std::vector<Name> Overrides; ///< symbols of the methods it overrides
  std::vector<LockContract> Contracts;
  std::vector<Place> Places;
  std::vector<Block> Blocks;
  Range Where; ///< the name
  Range Whole; ///< from the return type to the closing brace
  Range Body;  ///< braces included

  const Place &place(PlaceId P) const { return Places[P]; }
  friend bool operator==(const Function &, const Function &) = default;
};

} // namespace runnel::ir

#endif
