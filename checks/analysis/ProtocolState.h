//===- ProtocolState.h - A moment in the run of a small program -*- C++ -*-===//
//
// The states that the protocol exploration visits: a heap of the objects that
// goroutines meet at, and the goroutines with their frames. Values that do not
// matter to communication are symbols: two reads of one unchanged variable have
// the same symbol, so that conditions over it agree.
//
// Invariants:
//  1. A state is a value: copying it forks the run.
//  2. key() is equal for two states exactly when every future of one is a
//     future of the other. Ids are given out in the order of creation, so equal
//     histories give equal ids.
//  3. An External object may be used by code outside the explored scope: no
//     goroutine is ever said to wait on it.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_PROTOCOLSTATE_H
#define RUNNEL_CHECKS_ANALYSIS_PROTOCOLSTATE_H

#include "checks/analysis/Point.h"

#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace runnel::analysis::protocol {

struct Value {
  enum Kind : uint8_t { Symbol, Object, Function, Number, Nil };
  Kind How = Symbol;
  int32_t Id = -1;                    ///< symbol or object; Number: the number
  const ir::Function *Code = nullptr; ///< Function
  friend bool operator==(const Value &, const Value &) = default;
  friend bool operator<(const Value &A, const Value &B) {
    return std::tie(A.How, A.Id) < std::tie(B.How, B.Id);
  }
  bool isObject() const { return How == Object; }
};

/// A question about values that the machine cannot read, such as `n > 0`: its
/// text and what it reads.
struct Question {
  ir::Name Text;
  std::vector<Value> Reads;
  friend bool operator<(const Question &A, const Question &B) {
    return std::tie(A.Text, A.Reads) < std::tie(B.Text, B.Reads);
  }
};

struct Object {
  enum Kind : uint8_t {
    Struct,  ///< fields by symbol; elements of arrays by index text
    Closure, ///< Code; captures by position
    Guard,
    Channel,
    Mutex,
    CondVar,
    WaitGroup, ///< Group too
    Semaphore,
    Once,
    Context,
    CancelSource,
    Handle, ///< of a thread or goroutine
    Cell,   ///< a scalar variable that lambdas refer to; Slots: its value
    Opaque,
  };
  Kind How = Opaque;
  bool External = false;
  bool Closed = false;     ///< Channel; Context: cancelled
  bool Unbounded = false;  ///< Channel: capacity unknown, taken as enough
  bool Recursive = false;  ///< Mutex
  bool Timer = false;      ///< Channel: fires by itself
  bool Repeats = false;    ///< ... more than once
  bool Deadline = false;   ///< Context: may be cancelled at any time
  bool Owns = false;       ///< Guard
  bool SharedMode = false; ///< Guard
  bool Notified = false;   ///< CondVar: has been notified at all
  bool Container = false;  ///< Struct: elements by number, as they were added
  bool Sized = false;      ///< Container: Count is how many there are
  bool Failed = false;     ///< Group: an exception left a goroutine of it
  int32_t Capacity = 0;    ///< Channel
  int32_t Count = 0;   ///< Channel: values inside; WaitGroup, Semaphore: count
  int32_t Owner = -1;  ///< Mutex: process; Handle: process started
  int32_t Depth = 0;   ///< Mutex: recursive depth
  int32_t Parent = -1; ///< Context: object; CancelSource: its context
  /// Mutex: the function that locked it last, and where.
  const ir::Function *LockedBy = nullptr;
  const ir::Event *LockedAt = nullptr;
  int32_t ClosedBy = -1;               ///< Channel: process
  const ir::Event *ClosedAt = nullptr; ///< Channel
  ir::Name Class;         ///< Mutex: the member or global it is; empty: a local
  uint32_t TouchedBy = 0; ///< bit per process
  const ir::Function *Code = nullptr; ///< Closure
  ir::Name Record;                    ///< Struct
  ir::Name Id; ///< for messages: what it was first called
  ir::Range Made;
  std::vector<int32_t> Readers;    ///< Mutex: processes holding it shared
  std::vector<int32_t> Locks;      ///< Guard: mutexes
  std::vector<Value> Queue;        ///< Channel: values inside
  std::map<ir::Name, Value> Slots; ///< Struct, Context
  std::vector<Value> Captures;     ///< Closure
};

struct Frame {
  const ir::Function *F = nullptr;
  ir::BlockId Block = 0;
  uint32_t Index = 0; ///< next event
  Value This;
  int32_t Self = -1; ///< the closure object that runs here
  std::vector<Value> Params, Locals, Captures;
  std::map<uint32_t, Value> Results;       ///< by event number
  std::map<ir::BlockId, int32_t> Loops;    ///< iterations begun
  std::map<ir::PlaceId, bool> Received;    ///< by the channel's place
  std::map<ir::PlaceId, bool> Owned;       ///< try results, by place
  std::map<ir::Name, Value> Closures;      ///< unnamed lambdas, by function
  std::map<Question, ir::BlockId> Decided; ///< where last
  int32_t Won = -1;                        ///< case that won the last select
  int32_t Once = -1;       ///< the once object whose call this frame is
  bool Indirect = false;   ///< called through a pointer or function object
  uint32_t CallNumber = 0; ///< in the caller: the event that called
  const ir::Event *Last = nullptr; ///< that was run; for messages
};

/// Where a frame keeps a temporary among its results; no event has this number.
inline uint32_t temporary(const ir::Place &Unknown) {
  return 0x80000000u + Unknown.Index;
}

struct Process {
  enum Status : uint8_t {
    Running, ///< stands before a visible event
    Asleep,  ///< in a condition variable's wait
    Woken,   ///< notified; must take the lock again
    Done,
  };
  Status How = Running;
  bool Waiting = false; ///< a writer that has arrived at a shared mutex
  bool Tainted = false; ///< left a loop of unknown length by its condition
  bool Thread = false;  ///< of the system, not a goroutine
  bool Guessed = false; ///< went one way where nothing told which
  bool Caught = false;  ///< its exceptions are kept for whoever waits for it
  bool Failed = false;  ///< ... and there is one
  std::vector<Frame> Stack;
  ir::Name Id; ///< for messages
  ir::Range Started;
  ir::Range Left;          ///< where it ended
  int32_t CountsDown = -1; ///< wait group told when it ends
  int32_t Parent = -1;
  std::vector<int32_t> WaitsOn; ///< Asleep, Waiting: objects

  Frame &top() { return Stack.back(); }
  const Frame &top() const { return Stack.back(); }
  const ir::Event &event() const {
    return top().F->Blocks[top().Block].Events[top().Index];
  }
};

struct State {
  std::vector<Object> Objects;
  std::vector<Process> Processes;
  std::map<ir::Name, Value> Globals;
  /// Conditions and lengths of loops already decided on this run.
  std::map<Question, int32_t> Choices;
  /// Loops that pass values have been entered whose number of rounds is written
  /// out, or guessed.
  bool Counted = false, Guessed = false;

  std::string key() const;
  /// Forgets objects that nothing refers to any more, and numbers the rest
  /// anew: a loop that makes an object in each round then comes back to the
  /// same state.
  void collect();
  /// How many variables and objects refer to object \p Id.
  unsigned references(int32_t Id) const;
};

} // namespace runnel::analysis::protocol

#endif
