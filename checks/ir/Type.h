//===- Type.h - Types, fields and globals that matter to concurrency -*- C++
//-*-===//
//
// A type is reduced to what a pass may ask of it: its role in the vocabulary
// (a lock, a guard, a channel ...), how it refers to its object, and the record
// it names. What is a lock is decided by the frontend's vocabulary; passes look
// at roles alone.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_TYPE_H
#define RUNNEL_CHECKS_IR_TYPE_H

#include "checks/ir/Source.h"

#include <vector>

namespace runnel::ir {

enum class Role : uint8_t {
  Data, ///< none of the below
  // Locks and what goes with them.
  Lock,
  Guard,
  CondVar,
  Synchronized, ///< data and its lock in one (folly::Synchronized ...)
  Once,
  Semaphore,
  Latch,
  Barrier,
  Atomic,
  // Threads and goroutines.
  Thread,        ///< must be joined or detached by hand
  JoiningThread, ///< joins when destroyed (jthread, join_handle)
  ThreadPool,
  Group, ///< structured concurrency (errgroup)
  WaitGroup,
  Future,
  Promise,
  StopToken,
  StopSource,
  // Communication.
  Channel,
  Sender,
  Receiver,
  SelectCase,
  Context,
  CancelSource,
  Timer,
  Ticker,
  // Plain data with a bearing on escapes and lifetimes.
  Function,  ///< std::function and its kind: calls code unknown to the caller
  Closure,   ///< the type of a lambda
  Container, ///< owns elements
  View, ///< refers to elements it does not own: span, string_view, iterator
  OwningPointer,
  SharedPointer,
  WeakPointer,
  Optional,
  Duration,
};

/// What distinguishes locks, guards and channels from their like.
enum TypeTrait : uint32_t {
  TraitNone = 0,
  // Locks.
  Recursive = 1u << 0,
  SharedMode = 1u << 1, ///< a lock: can be held shared; a guard: holds it so
  Timed = 1u << 2,
  FiberAware = 1u << 3, ///< blocks the goroutine alone
  Spin = 1u << 4,
  // Guards.
  Movable = 1u << 5,    ///< unique_lock and its like: lock, unlock, release
  MultiLock = 1u << 6,  ///< takes several with deadlock avoidance
  HoldsValue = 1u << 7, ///< a guard that also gives access to the data
  // Records.
  LockWrapper = 1u << 8, ///< all of whose job is to be a lock or a guard
  UserDefined = 1u << 9, ///< recognised by shape or attribute, not by name
  // Channels.
  BoundedByType = 1u << 10,
  SignalOnly = 1u << 11, ///< channel<void>
};

enum class Access : uint8_t { Public, Protected, Private, None };

struct TypeRef {
  Name Spelling; ///< as a reader would write it
  Name Record;   ///< symbol of the class named, or pointed at; empty if none
  Role Is =
      Role::Data;      ///< of the type itself, references and pointers stripped
  uint32_t Traits = 0; ///< TypeTrait
  Name Element; ///< record of T in channel<T>, vector<T>, shared_ptr<T> ...
  Role ElementIs = Role::Data;
  bool Pointer = false;   ///< raw pointer
  bool Reference = false; ///< lvalue reference
  bool RValue = false;    ///< rvalue reference
  bool Const = false;     ///< the object referred to, or the value
  bool Volatile = false;
  bool Array = false;
  bool Scalar = false; ///< arithmetic, enum
  bool has(TypeTrait T) const { return Traits & T; }
  bool indirect() const { return Pointer || Reference || RValue; }
  friend bool operator==(const TypeRef &, const TypeRef &) = default;
};

struct Field {
  Name Symbol;
  Name Id; ///< the short name
  TypeRef Type;
  Access Visible = Access::Public;
  bool Static = false;
  bool Mutable = false;
  bool ThreadLocal = false;
  bool Initialised = false; ///< has a default member initialiser
  Name GuardedBy;    ///< symbol of the sibling lock named by an attribute
  Range Where;       ///< the name
  Range Declaration; ///< the whole declaration, semicolon included
  Range TypeText;    ///< the written type
  friend bool operator==(const Field &, const Field &) = default;
};

struct Base {
  Name Record;
  Access Visible = Access::Public;
  bool Virtual = false;
  friend bool operator==(const Base &, const Base &) = default;
};

struct MethodRef {
  Name Symbol;
  Access Visible = Access::Public;
  friend bool operator==(const MethodRef &, const MethodRef &) = default;
};

struct Record {
  Name Symbol;
  Name Id;                       ///< qualified, without template arguments
  Name Outer;                    ///< the record or function it is nested in
  Access Visible = Access::None; ///< of a member class: in Outer
  Role Is = Role::Data;          ///< of objects of this class
  uint32_t Traits = 0;
  bool Struct = false;
  bool Aggregate = false;
  bool Behaviour = false; ///< has member functions beyond special ones
  bool Polymorphic = false;
  bool Final = false;
  bool Lambda = false;
  bool Local = false;    ///< inside a function
  bool Internal = false; ///< internal linkage, or in an anonymous namespace
  bool Template = false;
  bool System = false;   ///< from a system header
  bool InHeader = false; ///< not in a main file
  std::vector<Base> Bases;
  std::vector<Name> Friends; ///< symbols of friend classes and functions
  std::vector<Field> Fields;
  std::vector<MethodRef> Methods;
  Range Where; ///< the name
  Range Body;  ///< braces included
  friend bool operator==(const Record &, const Record &) = default;
};

/// A variable of namespace scope, or of static storage inside a function.
struct Global {
  Name Symbol;
  Name Id;
  TypeRef Type;
  bool Internal = false; ///< internal linkage
  bool ThreadLocal = false;
  bool FunctionLocal = false;
  bool InHeader = false;
  bool System = false;
  bool Defined = false; ///< not merely declared
  Name Function;        ///< symbol of the function of a local static
  Name GuardedBy;
  Range Where;
  Range Declaration;
  friend bool operator==(const Global &, const Global &) = default;
};

} // namespace runnel::ir

#endif
