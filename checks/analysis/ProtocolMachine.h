//===- ProtocolMachine.h - Runs the IR of a small scope ---------*- C++ -*-===//
//
// An abstract machine for the events of the IR. It knows what send, lock, wait
// and their like do, forks where the program may go either way, and leaves out
// everything else. Which goroutine moves next is the explorer's choice.
//
// Visible events are those at which the order of goroutines matters. Between
// two of them a goroutine runs alone: the rest is local, or only ever enables
// others (unlock, wait_group.done), so running it at once loses no state in
// which somebody waits for ever.
//
// Where the machine does not know (a value, a callee, an object that other code
// may use) it lets the goroutine pass: it can miss a deadlock, and is built not
// to invent one. The exceptions are conditions it cannot read, which it takes
// to go either way, though the same way each time.
//
// Sources: scopes and the idea of small bounded models follow the published
// work on static detection of blocking bugs in Go (GCatch, ASPLOS 2021); the
// exploration is plain explicit-state search (Holzmann, The Spin Model
// Checker).
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_PROTOCOLMACHINE_H
#define RUNNEL_CHECKS_ANALYSIS_PROTOCOLMACHINE_H

#include "checks/analysis/ProtocolState.h"
#include "checks/ir/Program.h"

#include <optional>
#include <set>
#include <unordered_map>

namespace runnel::analysis::protocol {

/// One move of the run, for the schedule.
struct Move {
  int32_t Process = -1;
  int32_t With = -1; ///< the other side of a rendezvous
  const ir::Function *F = nullptr;
  const ir::Event *E = nullptr;
  int32_t Case = -1; ///< of a select
};

/// A send on a closed channel, or a second close.
struct Panic {
  int32_t Process = -1, Closer = -1;
  const ir::Function *F = nullptr;
  const ir::Event *E = nullptr;
  const ir::Event *Closed = nullptr; ///< by what
  ir::Name Channel;
};

struct Successor {
  Move How;
  State After;
};

/// What a program's conditions ask about: scalars that nobody asks about are
/// not followed, so that counters do not multiply states.
struct Asked {
  explicit Asked(const ir::Program &P);
  std::set<ir::Name> Fields; ///< and globals
};

struct Limits {
  unsigned Processes = 8;
  unsigned Depth = 16;        ///< of calls
  unsigned LocalSteps = 4000; ///< between two visible events
  unsigned Forks = 48;        ///< likewise
  /// Events executed and objects copied, in all: what bounds the time. About
  /// 10 million a second.
  uint64_t Work = 2'000'000;
};

class Machine {
public:
  Machine(const ir::Program &P, const Asked &Matters, Limits L)
      : P(P), Matters(Matters), L(L) {}

  /// \p Root about to begin, each goroutine at its first visible event. More
  /// than one, if conditions can go either way.
  std::vector<State> begin(const ir::Function &Root);
  std::vector<Successor> successors(const State &S);
  /// The objects that process \p Number waits for in \p S and that no code
  /// outside the scope can touch; empty if it does not wait, or may be woken
  /// from outside.
  std::vector<int32_t> waitsFor(const State &S, int32_t Number) const;
  /// What the last successors() saw go wrong, whatever the program knows of
  /// its values.
  const std::vector<Panic> &panics() const { return Panics; }
  /// A limit was met: what was not found may still exist.
  bool cut() const { return Cut; }
  /// The last begin() or successors() left out a run that it could not follow
  /// (an exception, an exit, a limit): the state may have other futures.
  bool dropped() const { return Dropped; }
  /// The work allowed is done: nothing more is followed.
  bool exhausted() const { return Done > L.Work; }
  uint64_t work() const { return Done; }

private:
  // Where values come from (ProtocolValues.cpp).
  Value resolve(State &S, int32_t Process, ir::PlaceId Place);
  Value root(State &S, int32_t Process, const ir::Place &Place);
  Value step(State &S, int32_t Process, Value Base, const ir::Step &Step,
             const ir::TypeRef &Type);
  void assign(State &S, int32_t Process, ir::PlaceId Place, Value V);
  Value operand(State &S, int32_t Process, const ir::Operand &O);
  Value make(State &S, const ir::TypeRef &Type, bool External, ir::Name Id,
             ir::Range Where);
  Value makeObject(State &S, Object::Kind How, ir::Name Id, ir::Range Where);
  /// As resolve, but a variable that is shared with lambdas stays a cell.
  Value resolveShared(State &S, int32_t Process, ir::PlaceId Place);
  Value symbolFor(int32_t Process, size_t Depth, unsigned Slot) const;
  /// The number of the element that an index names, in a container; -1.
  int32_t elementNumber(State &S, int32_t Process, const Object &O, Value Base,
                        const ir::Step &Step);
  Value element(State &S, Value Base, int32_t Number, const ir::TypeRef &Type);
  /// A scalar is written.
  void write(State &S, int32_t Process, const ir::Event &E);
  bool containerCall(State &S, int32_t Process, const ir::Event &E);
  Object *object(State &S, Value V) const;
  void escape(State &S, Value V);
  void touch(State &S, Value V, int32_t Process);

  // What events do between visible ones (ProtocolLocal.cpp, ProtocolFlow.cpp).
  /// Runs every goroutine to its next visible event; appends every outcome.
  void runLocal(State S, std::vector<State> &Out);
  /// False: this run is given up.
  bool execute(State &S, int32_t Number, const ir::Event &E);
  bool isArrived(const Frame &F, ir::PlaceId To, ir::PlaceId From);
  bool call(State &S, int32_t Number, const ir::Event &E);
  bool enter(State &S, int32_t Number, const ir::Function &Callee,
             const ir::Event &E, unsigned FirstArg, Value Callable);
  bool spawn(State &S, int32_t Number, const ir::Event &E);
  void leave(State &S, int32_t Number, Value Result);
  void branch(State &S, int32_t Number, std::vector<State> &Forks);
  bool decide(State &S, int32_t Number, const ir::Block &B,
              std::vector<int32_t> &Ways);
  int32_t length(State &S, int32_t Number, const ir::TripCount &T,
                 std::vector<int32_t> &Ways);
  std::optional<int64_t> atomicIn(State &S, int32_t Process,
                                  const ir::Condition &C,
                                  llvm::StringRef &Rest);
  std::optional<bool> aboutContext(State &S, int32_t Process,
                                   const ir::Condition &C);
  std::optional<bool> aboutSize(State &S, int32_t Number,
                                const ir::Condition &C);
  Question question(State &S, int32_t Number, ir::Name Text,
                    const std::vector<ir::PlaceId> &Reads);
  void forget(State &S, int32_t Number, ir::PlaceId Written);
  /// An exception leaves the frame; false: the run is given up.
  bool unwind(State &S, int32_t Number, ir::Range Where, bool Called = false);
  /// Its destructor sends, closes, notifies or the like.
  bool endsWithTalk(ir::Name Record);
  bool endLocal(State &S, int32_t Number, size_t Local);
  /// The innermost try block around \p E, by its head.
  std::optional<ir::BlockId> tryAround(const ir::Function &F, ir::BlockId At,
                                       const ir::Event &E);
  void destroy(State &S, Value V, ir::Role Is);
  /// A guard lets go of what it has locked.
  static void release(Object &G, State &S, int32_t Number);
  bool typedEndAlone(const State &S, int32_t Number, ir::PlaceId Place, Value V,
                     bool Sends) const;
  bool endAlive(const State &S, int32_t Id, ir::Role Wanted) const;
  const ir::Function *target(State &S, int32_t Number, const ir::Event &E,
                             Value &Callable);
  const ir::Function *closureCode(State &S, Value V) const;
  bool visible(State &S, int32_t Number, const ir::Event &E);

  // What visible events do (ProtocolVisible.cpp, ProtocolChannels.cpp).
  void moves(const State &S, int32_t Number, std::vector<Successor> &Out);
  void channelMoves(const State &S, int32_t Number,
                    std::vector<Successor> &Out);
  bool canLock(const State &S, const Object &M, int32_t Process,
               bool Shared) const;
  void lock(Object &M, int32_t Process, bool Shared);
  void unlock(Object &M, int32_t Process);
  std::vector<int32_t> locksOf(State &S, int32_t Number, const ir::Event &E);
  bool cancelled(const State &S, const Object &Context) const;
  bool mayBeCancelled(const State &S, const Object &Context) const;
  void advance(State S, std::initializer_list<int32_t> Numbers, Move How,
               std::vector<Successor> &Out);
  void win(State S, std::initializer_list<std::pair<int32_t, int32_t>> Who,
           Move How, std::vector<Successor> &Out);
  void panic(const State &S, int32_t Number, const Object &Channel);
  void received(State &S, int32_t Number, const ir::Event &E, int32_t Case,
                bool Ok, Value V);

  // Facts about control flow, by function (ProtocolFlow.cpp).
  struct Flow {
    std::vector<uint32_t> FirstEvent;      ///< number of a block's first event
    std::vector<std::vector<bool>> InLoop; ///< of each head; empty: no head
    std::vector<bool> Communicates;        ///< loop heads whose body does
    std::vector<bool> Shared;     ///< scalar locals that lambdas refer to
    std::vector<bool> Passes;     ///< by loop head: it sends or receives itself
    std::set<ir::PlaceId> Ranged; ///< given by a range-for over a channel
    std::set<ir::BlockId> MayThrow; ///< try heads whose body may throw at once
  };
  const Flow &flow(const ir::Function &F);
  bool communicates(const ir::Function &F,
                    std::set<const ir::Function *> &Seen);

  const ir::Program &P;
  const Asked &Matters;
  Limits L;
  void account(const State &S) { Done += 4 + S.Objects.size(); }

  uint64_t Done = 0;
  bool Cut = false;
  bool Dropped = false;
  std::vector<Panic> Panics;
  std::unordered_map<const ir::Function *, Flow> Flows;
  std::optional<std::set<ir::Name>> Talkative;
};

} // namespace runnel::analysis::protocol

#endif
