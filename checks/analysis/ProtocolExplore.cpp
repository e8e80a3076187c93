//===- ProtocolExplore.cpp - Every order of a small program ---------------===//

#include "checks/analysis/ProtocolExplore.h"
#include "checks/analysis/Places.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace runnel::analysis::protocol {

namespace {

bool isMeetingPoint(ir::Role R) {
  switch (R) {
  case ir::Role::Channel:
  case ir::Role::Sender:
  case ir::Role::Receiver:
  case ir::Role::WaitGroup:
  case ir::Role::Group:
  case ir::Role::CondVar:
  case ir::Role::Once:
    return true;
  default:
    return false;
  }
}

/// The scopes of a program.
class Scopes {
public:
  explicit Scopes(const ir::Program &P) : P(P) {}

  bool isScope(const ir::Function &F) {
    return F.Defined && !F.System && !F.Blocks.empty() && makes(F) &&
           communicates(F);
  }

private:
  static bool owns(const ir::TypeRef &T) {
    return T.Element &&
           (T.Is == ir::Role::OwningPointer ||
            T.Is == ir::Role::SharedPointer || T.Is == ir::Role::Optional);
  }

  /// Whether an object of the record brings a meeting point with it.
  bool holds(ir::Name Record) {
    auto [It, New] = Records.try_emplace(Record, false);
    if (!New)
      return It->second;
    const ir::Record *R = P.record(Record);
    bool Found = false;
    if (R && !R->System)
      for (const ir::Base &B : R->Bases)
        Found |= holds(B.Record);
    if (R && !R->System)
      for (const ir::Field &F : R->Fields)
        if (!F.Type.indirect() && !F.Static &&
            (isMeetingPoint(F.Type.Is) ||
             (F.Type.Record && holds(F.Type.Record)) ||
             (owns(F.Type) && holds(F.Type.Element))))
          Found = true;
    return Records[Record] = Found;
  }

  bool makes(const ir::Function &F, unsigned Depth = 0) {
    bool Locks = false;
    for (const ir::Block &B : F.Blocks)
      for (const ir::Event &E : B.Events) {
        // What a callee makes and gives back is this function's.
        if (E.What == ir::Op::Call && E.callKind() == ir::CallKind::Direct &&
            Depth < 3)
          if (const ir::Function *Callee = P.function(E.Callee);
              Callee && Callee->Defined && !Callee->Lambda &&
              !Callee->Constructor && gives(Callee->Result) &&
              makes(*Callee, Depth + 1))
            return true;
        if (E.What == ir::Op::MakeChannel || E.What == ir::Op::MakeContext)
          return true;
        if (E.What != ir::Op::Declare && E.What != ir::Op::New)
          continue;
        const ir::TypeRef &T = F.place(E.Subject).Type;
        if (E.What == ir::Op::New && (holds(T.Record) || holds(T.Element)))
          return true;
        if (!T.indirect() &&
            (isMeetingPoint(T.Is) || holds(T.Record) || holds(T.Element)))
          return true;
        Locks |= T.Is == ir::Role::Lock || locks(T.Record) || locks(T.Element);
      }
    return Locks;
  }

  bool gives(const ir::TypeRef &T) {
    return isMeetingPoint(T.Is) || T.Is == ir::Role::Context ||
           (T.Record && holds(T.Record)) || (T.Element && holds(T.Element));
  }

  bool locks(ir::Name Record) {
    const ir::Record *R = Record ? P.record(Record) : nullptr;
    return R && !R->System && llvm::any_of(R->Fields, [](const ir::Field &F) {
             return F.Type.Is == ir::Role::Lock && !F.Type.indirect();
           });
  }

  bool communicates(const ir::Function &F) {
    std::unordered_set<const ir::Function *> Seen;
    std::vector<const ir::Function *> Work{&F};
    while (!Work.empty()) {
      const ir::Function *At = Work.back();
      Work.pop_back();
      if (!Seen.insert(At).second)
        continue;
      for (const ir::Block &B : At->Blocks)
        for (const ir::Event &E : B.Events) {
          switch (E.What) {
          case ir::Op::Send:
          case ir::Op::Recv:
          case ir::Op::Select:
          case ir::Op::CountWait:
          case ir::Op::Close:
          case ir::Op::Wait:
          case ir::Op::Lock:
          case ir::Op::GuardBegin:
          case ir::Op::OnceCall:
            return true;
          default:
            break;
          }
          if (E.Callee)
            if (const ir::Function *Callee = P.function(E.Callee))
              Work.push_back(Callee);
          for (const ir::Operand &A : E.Args)
            if (A.How == ir::Operand::Lambda ||
                A.How == ir::Operand::FunctionArg)
              if (const ir::Function *Callee = P.function(A.Symbol))
                Work.push_back(Callee);
        }
    }
    return false;
  }

  const ir::Program &P;
  std::unordered_map<ir::Name, bool> Records;
};

/// The states of one scope, by breadth, so that schedules come out short.
class Explorer {
public:
  Explorer(const ir::Program &P, Machine &M, unsigned Limit)
      : P(P), M(M), Limit(Limit) {}

  void run(const ir::Function &Root) {
    for (State &S : M.begin(Root))
      add(std::move(S), -1, {});
    for (size_t I = 0; I != Nodes.size(); ++I) {
      if (I >= Limit || M.exhausted()) {
        Over = true;
        break;
      }
      State S = std::move(*Nodes[I].S);
      Nodes[I].S.reset();
      for (Successor &Next : M.successors(S)) {
        int32_t To =
            add(std::move(Next.After), static_cast<int32_t>(I), Next.How);
        Nodes[I].Succs.push_back(To);
      }
      for (const Panic &Each : M.panics()) {
        if (!Seen.insert(Each.E).second)
          continue;
        Misused Wrong;
        Wrong.F = Each.F;
        Wrong.E = Each.E;
        Wrong.Closed = Each.Closed;
        Wrong.Channel = Each.Channel;
        Wrong.Who = party(S.Processes[Each.Process]);
        Wrong.Closer = party(S.Processes[Each.Closer]);
        Misuses.push_back(std::move(Wrong));
      }
      Nodes[I].Open = M.dropped();
      Nodes[I].Expanded = true;
      if (!Nodes[I].Open)
        describe(S, Nodes[I]);
    }
  }

  unsigned states() const { return Nodes.size(); }
  bool over() const { return Over; }

  void collect(const ir::Function &Root, std::vector<Blocked> &Out,
               std::vector<Misused> &Wrong) {
    for (Misused &Each : Misuses) {
      Each.Scope = &Root;
      Wrong.push_back(std::move(Each));
    }
    components();
    for (const std::vector<int32_t> &Component : Bottoms) {
      // By breadth, the first node is the one a shortest schedule leads to.
      int32_t First = *std::min_element(Component.begin(), Component.end());
      Blocked B;
      B.Scope = &Root;
      B.Parties = Nodes[First].Parties;
      for (size_t I = 0; I != B.Parties.size(); ++I)
        for (int32_t Other : Component) {
          const std::vector<Party> &There = Nodes[Other].Parties;
          if (I >= There.size() || There[I].E != B.Parties[I].E ||
              There[I].WaitsFor.empty())
            B.Parties[I].WaitsFor.clear();
        }
      if (llvm::none_of(B.Parties,
                        [](const Party &P) { return !P.WaitsFor.empty(); }))
        continue;
      for (int32_t At = First; At >= 0; At = Nodes[At].From)
        if (Nodes[At].By.E)
          B.Schedule.push_back(Nodes[At].By);
      std::reverse(B.Schedule.begin(), B.Schedule.end());
      for (Party &Each : B.Parties)
        for (auto *List : {&Each.WaitsFor, &Each.Holds})
          for (Meeting &Met : *List)
            if (Met.Class)
              Met.Qualified = className(
                  P, {P.field(Met.Class) ? LockClass::Field : LockClass::Global,
                      Met.Class, 0, false});
      Out.push_back(std::move(B));
    }
  }

private:
  struct Node {
    std::unique_ptr<State> S; ///< until expanded
    int32_t From = -1;
    Move By;
    std::vector<int32_t> Succs;
    std::vector<Party> Parties;
    bool Open = false;
    bool Expanded = false;
  };

  int32_t add(State S, int32_t From, Move By) {
    auto [It, New] =
        Numbers.try_emplace(S.key(), static_cast<int32_t>(Nodes.size()));
    if (New) {
      Nodes.emplace_back();
      Nodes.back().S = std::make_unique<State>(std::move(S));
      Nodes.back().From = From;
      Nodes.back().By = By;
    }
    return It->second;
  }

  static Party party(const Process &Pr) {
    Party Out;
    Out.Id = Pr.Id;
    Out.Thread = Pr.Thread;
    Out.Started = Pr.Started;
    Out.Left = Pr.Left;
    Out.Done = Pr.How == Process::Done;
    return Out;
  }

  void describe(const State &S, Node &N) {
    uint32_t Tainted = 0;
    for (size_t I = 0; I != S.Processes.size(); ++I)
      if (S.Processes[I].Tainted)
        Tainted |= 1u << I;
    for (size_t I = 0; I != S.Processes.size(); ++I) {
      const Process &Pr = S.Processes[I];
      Party Out = party(Pr);
      if (!Out.Done) {
        Out.F = Pr.top().F;
        Out.E = &Pr.event();
        Out.Indirect =
            llvm::any_of(Pr.Stack, [](const Frame &F) { return F.Indirect; });
        bool Certain = true;
        State Resolved = S;
        for (int32_t Id : M.waitsFor(Resolved, static_cast<int32_t>(I))) {
          if (Id >= static_cast<int32_t>(S.Objects.size())) {
            Certain = false;
            break;
          }
          const Object &O = S.Objects[Id];
          Certain &= (O.TouchedBy & Tainted) == 0;
          Out.WaitsFor.push_back(meeting(S, Id));
        }
        if (!Certain)
          Out.WaitsFor.clear();
      }
      N.Parties.push_back(std::move(Out));
    }
    if (llvm::any_of(N.Parties,
                     [](const Party &P) { return !P.WaitsFor.empty(); }))
      for (size_t J = 0; J != S.Objects.size(); ++J)
        if (const Object &O = S.Objects[J]; O.How == Object::Mutex)
          for (size_t I = 0; I != S.Processes.size(); ++I)
            if (const int32_t Each = static_cast<int32_t>(I);
                O.Owner == Each || llvm::is_contained(O.Readers, Each))
              N.Parties[I].Holds.push_back(meeting(S, static_cast<int32_t>(J)));
    // A sleeper whom nobody else ever notifies, asleep for a reason that was
    // not read (while (n > 0) ...): it may never have gone to sleep, and then
    // the others need not wait either. Another check asks who notifies.
    for (size_t I = 0; I != S.Processes.size(); ++I) {
      if (S.Processes[I].How != Process::Asleep)
        continue;
      bool Notified = false;
      for (int32_t Id : S.Processes[I].WaitsOn)
        Notified |= S.Objects[Id].Notified;
      // Somebody would notify, but needs a lock that the sleeper holds.
      for (size_t J = 0; J != S.Processes.size() && !Notified; ++J) {
        if (J == I || S.Processes[J].How != Process::Running)
          continue;
        bool Held = false;
        for (int32_t Id : M.waitsFor(S, static_cast<int32_t>(J)))
          if (Id < static_cast<int32_t>(S.Objects.size()) &&
              S.Objects[Id].How == Object::Mutex)
            Held |= S.Objects[Id].Owner == static_cast<int32_t>(I) ||
                    llvm::is_contained(S.Objects[Id].Readers,
                                       static_cast<int32_t>(I));
        if (Held)
          for (const Frame &F : S.Processes[J].Stack)
            Notified |= notifies(*F.F, 0);
      }
      if (!Notified)
        for (Party &Each : N.Parties)
          Each.WaitsFor.clear();
    }
  }

  Meeting meeting(const State &S, int32_t Id) const {
    const Object &O = S.Objects[Id];
    Meeting Met;
    Met.How = O.How;
    Met.Id = O.Id;
    Met.Made = O.Made;
    Met.Capacity = O.Capacity;
    Met.SharedMode = O.SharedMode;
    Met.Owner = O.Owner;
    Met.LockedAt = O.LockedAt;
    Met.Class = O.Class;
    if (O.Owner >= 0) {
      const Process &Holder = S.Processes[O.Owner];
      Met.OwnerDone = Holder.How == Process::Done;
      // A function that also unlocks has meant to; a guard that lives on
      // elsewhere still will.
      bool Guarded = llvm::any_of(S.Objects, [&](const Object &G) {
        return G.How == Object::Guard && G.Owns &&
               llvm::is_contained(G.Locks, Id);
      });
      Met.Forgotten = !Guarded && O.LockedBy && unlocks(*O.LockedBy) &&
                      llvm::none_of(Holder.Stack, [&](const Frame &F) {
                        return F.F == O.LockedBy;
                      });
    }
    for (size_t J = 0; J != S.Processes.size(); ++J)
      if (O.TouchedBy & (1u << J))
        Met.Touched.push_back(static_cast<int32_t>(J));
    return Met;
  }

  static bool unlocks(const ir::Function &F) {
    for (const ir::Block &B : F.Blocks)
      for (const ir::Event &E : B.Events)
        if (E.What == ir::Op::Unlock || E.What == ir::Op::GuardUnlock ||
            E.What == ir::Op::GuardRelease)
          return true;
    return false;
  }

  bool notifies(const ir::Function &F, unsigned Depth) const {
    for (const ir::Block &B : F.Blocks)
      for (const ir::Event &E : B.Events) {
        if (E.What == ir::Op::Notify)
          return true;
        const ir::Function *Callee = P.function(E.Callee);
        if (E.What == ir::Op::Call && Callee && Depth < 4 &&
            notifies(*Callee, Depth + 1))
          return true;
      }
    return false;
  }

  /// Tarjan's algorithm without recursion; keeps the components that nothing
  /// leaves and that were seen whole.
  void components() {
    size_t N = Nodes.size();
    std::vector<int32_t> Index(N, -1), Low(N, 0), Component(N, -1);
    std::vector<int32_t> Stack;
    std::vector<std::pair<int32_t, size_t>> Calls;
    int32_t Next = 0, Components = 0;
    for (size_t Start = 0; Start != N; ++Start) {
      if (Index[Start] >= 0)
        continue;
      Calls.push_back({static_cast<int32_t>(Start), 0});
      while (!Calls.empty()) {
        auto &[At, Edge] = Calls.back();
        if (Edge == 0) {
          Index[At] = Low[At] = Next++;
          Stack.push_back(At);
        }
        if (Edge < Nodes[At].Succs.size()) {
          int32_t To = Nodes[At].Succs[Edge++];
          if (Index[To] < 0)
            Calls.push_back({To, 0});
          else if (Component[To] < 0)
            Low[At] = std::min(Low[At], Index[To]);
          continue;
        }
        int32_t Done = At;
        Calls.pop_back();
        if (!Calls.empty())
          Low[Calls.back().first] =
              std::min(Low[Calls.back().first], Low[Done]);
        if (Low[Done] != Index[Done])
          continue;
        std::vector<int32_t> Members;
        int32_t Member;
        do {
          Member = Stack.back();
          Stack.pop_back();
          Component[Member] = Components;
          Members.push_back(Member);
        } while (Member != Done);
        ++Components;
        bool Bottom = llvm::all_of(Members, [&](int32_t Each) {
          return Nodes[Each].Expanded && !Nodes[Each].Open &&
                 llvm::all_of(Nodes[Each].Succs, [&](int32_t To) {
                   return Component[To] == Components - 1;
                 });
        });
        if (Bottom)
          Bottoms.push_back(std::move(Members));
      }
    }
  }

  const ir::Program &P;
  Machine &M;
  unsigned Limit;
  bool Over = false;
  std::vector<Misused> Misuses;
  std::unordered_set<const ir::Event *> Seen;
  std::vector<Node> Nodes;
  std::unordered_map<std::string, int32_t> Numbers;
  std::vector<std::vector<int32_t>> Bottoms;
};

} // namespace

namespace {
/// What the last attempt at a scope has come to.
struct Attempt {
  const ir::Function *Scope = nullptr;
  bool Begun = false;
  std::optional<GivenUp::Reason> Why; ///< not seen whole
  std::vector<Blocked> Found;
  std::vector<Misused> Misuses;
};
} // namespace

/// Where the total does not suffice for all, every scope gets a small share
/// first, and those that need more get four times as much in each further
/// round: small scopes are seen whole, whatever large ones stand before them.
/// Beginning anew costs at most a third of what the last attempts cost.
Exploration explore(const ir::Program &P, Budget B) {
  static constexpr uint64_t Least = 500, More = 4;
  Exploration Result;
  Scopes Which(P);
  const Asked Matters(P);
  std::vector<Attempt> All;
  for (const ir::Function &F : P.module().Functions)
    if (Which.isScope(F)) {
      All.emplace_back();
      All.back().Scope = &F;
    }
  Result.Scopes = All.size();
  uint64_t Share = B.WorkPerScope, Work = 0;
  if (!All.empty() && B.WorkInAll / All.size() < B.WorkPerScope)
    Share =
        std::clamp(B.WorkInAll / All.size() / 2, std::min(Least, Share), Share);
  for (bool Left = true; Left; Share = std::min(Share * More, B.WorkPerScope)) {
    const bool Last = Share == B.WorkPerScope;
    Left = false;
    for (Attempt &A : All) {
      if (A.Begun && A.Why != GivenUp::Total)
        continue;
      if (Result.States >= B.StatesInAll || Work >= B.WorkInAll) {
        A.Why = GivenUp::Total;
        continue;
      }
      Limits L;
      L.Work = std::min(Share, B.WorkInAll - Work);
      Machine M(P, Matters, L);
      Explorer E(P, M,
                 std::min(B.StatesPerScope, B.StatesInAll - Result.States));
      E.run(*A.Scope);
      A.Begun = true;
      A.Found.clear();
      A.Misuses.clear();
      E.collect(*A.Scope, A.Found, A.Misuses);
      Result.States += E.states();
      Work += M.work();
      A.Why = std::nullopt;
      if (M.exhausted()) {
        A.Why = Last ? GivenUp::Work : GivenUp::Total;
        Left |= !Last;
      } else if (E.over()) {
        A.Why = GivenUp::States;
      } else if (M.cut()) {
        A.Why = GivenUp::Limit;
      }
    }
  }
  for (Attempt &A : All) {
    llvm::append_range(Result.Found, A.Found);
    llvm::append_range(Result.Misuses, A.Misuses);
    if (!A.Why)
      continue;
    ++Result.OverBudget;
    Result.Given.push_back({A.Scope, *A.Why, A.Begun});
  }
  return Result;
}

const char *reason(const GivenUp &G) {
  switch (G.Why) {
  case GivenUp::States:
    return "more states than StatesPerScope";
  case GivenUp::Work:
    return "more steps than WorkPerScope";
  case GivenUp::Total:
    return G.Begun ? "more steps than its share of WorkInAll"
                   : "not begun: the program's total was used up";
  case GivenUp::Limit:
    return "too many goroutines, nested calls or branches at once";
  }
  return "";
}

} // namespace runnel::analysis::protocol
