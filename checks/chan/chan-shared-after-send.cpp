//===- chan-shared-after-send.cpp - Changing what has been sent -----------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;
using ir::Op;

/// The variable a sent pointer, or a sent address, leads to; -1: none.
static bool leadsTo(const ir::Function &F, const ir::Operand &O) {
  if (O.How != ir::Operand::PlaceArg || O.Place == ir::NoPlace || O.Moved)
    return false;
  const ir::Place &P = F.place(O.Place);
  if (P.Root != ir::Place::Local && P.Root != ir::Place::Param)
    return false;
  if (!P.Path.empty() || P.Type.Const)
    return false;
  // Objects that are made to be shared.
  return true;
}

static bool isWay(const ir::TypeRef &T) {
  return T.Pointer || T.Is == ir::Role::SharedPointer;
}

static bool madeToBeShared(const ir::Program &P, ir::Name Record) {
  const ir::Record *R = P.record(Record);
  return R && llvm::any_of(R->Fields, [](const ir::Field &F) {
           switch (F.Type.Is) {
           case ir::Role::Lock:
           case ir::Role::Synchronized:
           case ir::Role::Channel:
           case ir::Role::WaitGroup:
             return true;
           default:
             return false;
           }
         });
}

/// Copies mean the same thing twice: numbers, strings and their like.
static bool copyable(const ir::Program &P, ir::Name Record, unsigned Depth) {
  const ir::Record *R = P.record(Record);
  if (!R || R->Polymorphic || !R->Aggregate || !R->Bases.empty() || Depth > 3)
    return false;
  return llvm::all_of(R->Fields, [&](const ir::Field &F) {
    if (F.Type.indirect() || F.Type.Array)
      return false;
    return F.Type.Scalar || (F.Type.Is == ir::Role::Data && F.Type.Record &&
                             copyable(P, F.Type.Record, Depth + 1));
  });
}

namespace {
class Search {
public:
  Search(const ir::Program &P, const ir::Function &F, std::vector<Finding> &Out)
      : P(P), F(F), Out(Out) {}

  void sent(Point At, const ir::Operand &Value, const ir::Range &Where,
            ir::Name Channel) {
    if (!leadsTo(F, Value))
      return;
    const ir::Place &Sent = F.place(Value.Place);
    // Its address, or a pointer: the receiver gets a way to the same object.
    bool Address = Value.ByReference && !Sent.Type.indirect() && PointerSent;
    if (!isWay(Sent.Type) && !Address)
      return;
    ir::Name Record = Sent.Type.Element ? Sent.Type.Element : Sent.Type.Record;
    if (madeToBeShared(P, Record))
      return;
    auto Renamed = [&](const ir::Event &E) {
      if (E.Subject == Value.Place &&
          (E.What == Op::Assign || E.What == Op::Declare || E.What == Op::New ||
           E.What == Op::ScopeEnd))
        return true;
      // `p = other;`
      if (isWay(Sent.Type) && E.What == Op::Access && E.has(ir::Write) &&
          E.Subject == Value.Place)
        return true;
      switch (E.What) {
      // The receiver may have answered that it is done.
      case Op::Recv:
      case Op::Select:
      case Op::Join:
      case Op::CountWait:
      case Op::Wait:
      case Op::Lock:
      case Op::GuardBegin:
        return true;
      default:
        return false;
      }
    };
    auto Changes = [&](const ir::Event &E) {
      if (E.Subject == ir::NoPlace || E.has(ir::Implicit))
        return false;
      const ir::Place &At = F.place(E.Subject);
      if (!At.sameRoot(Sent))
        return false;
      if (E.What == Op::Access)
        return E.has(ir::Write) && !E.has(ir::AtomicAccess) &&
               (!At.Path.empty() || Address);
      if (E.What != Op::Call || !At.Path.empty())
        return false;
      const ir::Function *Callee = P.function(E.Callee);
      return Callee && Callee->Record && Callee->Defined && !Callee->Const &&
             !Callee->Static && !Callee->Constructor && !Callee->Destructor &&
             writes(*Callee);
    };
    auto Then = nextAfter(F, At, Changes, Renamed);
    if (!Then)
      return;
    const ir::Event &Change = eventAt(F, *Then);
    std::string Name = name(Sent);
    Finding Found;
    Found.Check = "runnel-chan-shared-after-send";
    Found.Where = Change.Where;
    Found.Symbol = F.Id.str().str() + "::" + Name;
    Found.Message = "what '" + Name +
                    "' leads to is changed after it was sent: the receiver "
                    "may be reading it";
    Found.Notes.push_back({Where, "the same object is sent on '" +
                                      Channel.str().str() + "' here"});
    Found.Notes.push_back({Change.Where, "finish before sending, or send a "
                                         "copy and keep this one"});
    if (Sent.Type.Is == ir::Role::SharedPointer && copyable(P, Record, 0) &&
        ArgRange.editable())
      Found.Fixes.push_back(
          {"send a copy of what '" + Name + "' leads to",
           {{ArgRange, "std::make_shared<std::remove_cvref_t<decltype(*" +
                           Name + ")>>(*" + Name + ")"}}});
    Out.push_back(std::move(Found));
  }

  bool PointerSent = false; ///< the channel's elements are pointers
  ir::Range ArgRange;       ///< of the sent variable, if it is known

private:
  std::string name(const ir::Place &P) const {
    return (P.Root == ir::Place::Local ? F.Locals[P.Index].Id
                                       : F.Params[P.Index].Id)
        .str()
        .str();
  }

  /// Whether the method changes its object for sure.
  bool writes(const ir::Function &Callee) const {
    bool Found = false, Locks = false;
    forEachEvent(Callee, [&](Point, const ir::Event &E) {
      Locks |= E.What == Op::Lock || E.What == Op::GuardBegin;
      Found |= E.What == Op::Access && E.has(ir::Write) &&
               !E.has(ir::AtomicAccess) && E.Subject != ir::NoPlace &&
               Callee.place(E.Subject).Root == ir::Place::This &&
               !Callee.place(E.Subject).Path.empty();
    });
    return Found && !Locks;
  }

  const ir::Program &P;
  const ir::Function &F;
  std::vector<Finding> &Out;
};
} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  const ir::Program &P = F.program();
  for (const ir::Function &Fn : P.module().Functions) {
    if (Fn.System)
      continue;
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      Search S(P, Fn, Out);
      if (E.What == Op::Send && !E.Args.empty() && E.Subject != ir::NoPlace) {
        llvm::StringRef Of = Fn.place(E.Subject).Type.Spelling.str();
        S.PointerSent = Of.contains('*');
        // `c.send(p)`: the argument ends one before the call does.
        const ir::Operand &O = E.Args[0];
        if (O.Place != ir::NoPlace && E.Where.valid()) {
          const ir::Place &Sent = Fn.place(O.Place);
          if (Sent.Path.empty() && Sent.Root == ir::Place::Local) {
            uint32_t Size = Fn.Locals[Sent.Index].Id.str().size();
            std::string Spelled = E.Spelling.str().str() + ".send(";
            if (E.Where.Length == Spelled.size() + Size + 1) {
              S.ArgRange = E.Where;
              S.ArgRange.Begin.Offset += Spelled.size();
              S.ArgRange.Begin.Column += Spelled.size();
              S.ArgRange.Length = Size;
            }
          }
        }
        S.sent(At, O, E.Where, E.Spelling ? E.Spelling : ir::Name("a channel"));
      } else if (E.What == Op::Select) {
        for (const ir::SelectCase &C : E.Cases)
          if (C.How == ir::SelectCase::Send && C.Channel != ir::NoPlace) {
            S.PointerSent =
                Fn.place(C.Channel).Type.Spelling.str().contains('*');
            S.sent(At, C.Value, C.Where, ir::Name("a channel"));
          }
      }
    });
  }
  return Out;
}

static const CheckRegistration X("runnel-chan-shared-after-send",
                                 Level::Default, run);

} // namespace runnel
