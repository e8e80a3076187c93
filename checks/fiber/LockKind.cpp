//===- LockKind.cpp - From a thread's mutex to a goroutine's --------------===//

#include "checks/fiber/LockKind.h"

#include "checks/analysis/CallGraph.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/analysis/Paths.h"
#include "checks/analysis/Places.h"

#include "llvm/ADT/STLExtras.h"

#include <set>

namespace runnel::fiber {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;
using ir::Place;

static llvm::StringRef counterpart(llvm::StringRef Spelling) {
  if (Spelling == "std::mutex")
    return "runnel::mutex";
  if (Spelling == "std::shared_mutex")
    return "runnel::shared_mutex";
  return {};
}

namespace {
/// All that names one lock, and what must change with it.
class Uses {
public:
  Uses(const Facts &F, const LockClass &Of, llvm::StringRef From,
       llvm::StringRef To)
      : F(F), Of(Of), From(From), To(To) {}

  bool collect() {
    return llvm::all_of(F.callGraph().functions(),
                        [&](const Function *Fn) { return collect(*Fn); });
  }
  std::vector<Edit> Edits;

private:
  bool isIt(const Function &Fn, ir::PlaceId Id) const {
    return Id != ir::NoPlace && Fn.place(Id).Type.Is == ir::Role::Lock &&
           lockClass(Fn, Fn.place(Id)) == Of;
  }

  /// The guard's own type, where it names that of the lock.
  bool retype(const Function &Fn, ir::PlaceId Guard) {
    if (Guard == ir::NoPlace || Fn.place(Guard).Root != Place::Local ||
        !Fn.place(Guard).Path.empty())
      return false;
    const ir::Variable &V = Fn.Locals[Fn.place(Guard).Index];
    const std::string Spelling = V.Type.Spelling.str().str();
    // Deduced: std::lock_guard hold(mu_);
    if (!V.TypeText.editable())
      return false;
    const size_t Open = Spelling.find('<');
    if (Open == std::string::npos || V.TypeText.Length == Open)
      return true;
    const std::string Named = "<" + From.str() + ">";
    if (V.TypeText.Length != Spelling.size() || Spelling.substr(Open) != Named)
      return false;
    const Edit Change{V.TypeText,
                      Spelling.substr(0, Open) + "<" + To.str() + ">"};
    if (!llvm::is_contained(Edits, Change))
      Edits.push_back(Change);
    return true;
  }

  bool collect(const Function &Fn) {
    std::set<ir::PlaceId> Guards;
    bool Good = true;
    forEachEvent(Fn, [&](Point, const Event &E) {
      switch (E.What) {
      case Op::Lock:
      case Op::Unlock:
        return;
      case Op::GuardBegin:
        if (llvm::any_of(E.Args, [&](const ir::Operand &O) {
              return isIt(Fn, O.Place);
            })) {
          Good &= E.Args.size() == 1 && retype(Fn, E.Subject);
          Guards.insert(E.Subject);
        }
        return;
      case Op::Wait:
        Good &= !Guards.count(E.Other) && !isIt(Fn, E.Other);
        return;
      case Op::GuardMove:
      case Op::GuardSwap:
        Good &= !Guards.count(E.Subject) && !Guards.count(E.Other);
        return;
      case Op::Return:
      case Op::Escape:
        Good &= !Guards.count(E.Subject) && !isIt(Fn, E.Subject);
        return;
      default:
        break;
      }
      Good &= !isIt(Fn, E.Subject) || E.What == Op::Declare ||
              E.What == Op::ScopeEnd;
      for (const ir::Operand &O : E.Args)
        Good &= !isIt(Fn, O.Place) && !Guards.count(O.Place);
    });
    return Good;
  }

  const Facts &F;
  const LockClass Of;
  const llvm::StringRef From, To;
};
} // namespace

std::optional<Fix> lockKindFix(const Facts &F, const Function &In,
                               const Place &Lock) {
  const ir::Program &P = F.program();
  const LockClass Of = lockClass(In, Lock);
  ir::Range Written;
  ir::TypeRef Type;
  if (Of.How == LockClass::Field) {
    const ir::Field *Declared = P.field(Of.Symbol);
    const ir::Record *R = P.recordOfField(Of.Symbol);
    if (!Declared || !R ||
        (Declared->Visible != ir::Access::Private && !P.whole() && R->InHeader))
      return std::nullopt;
    Written = Declared->TypeText;
    Type = Declared->Type;
  } else if (Of.How == LockClass::Global) {
    const ir::Global *Declared = P.global(Of.Symbol);
    if (!Declared || !Declared->Defined || Declared->InHeader ||
        (!Declared->Internal && !P.whole()))
      return std::nullopt;
    Type = Declared->Type;
    // `std::mutex mu;`, `static std::mutex mu;`: the type ends before the name.
    const uint32_t Length = Type.Spelling.str().size();
    Written = Declared->Where;
    if (Written.Begin.Offset < Length + 1 || Written.Begin.Column < Length + 2)
      return std::nullopt;
    Written.Begin.Offset -= Length + 1;
    Written.Begin.Column -= Length + 1;
    Written.Length = Length;
    if (Written.Begin.Offset < Declared->Declaration.Begin.Offset)
      return std::nullopt;
  } else {
    return std::nullopt;
  }
  const llvm::StringRef From = Type.Spelling.str(), To = counterpart(From);
  if (To.empty() || Type.indirect() || Type.Array || Of.Element ||
      !Written.editable() || Written.Length != From.size())
    return std::nullopt;
  Uses All(F, Of, From, To);
  if (!All.collect())
    return std::nullopt;
  Fix Change;
  Change.Description = "make it a " + To.str();
  Change.Edits.push_back({Written, To.str()});
  llvm::append_range(Change.Edits, All.Edits);
  return Change;
}

} // namespace runnel::fiber
