//===- Rewrite.cpp - A hand-rolled queue as a channel ---------------------===//

#include "checks/share/Rewrite.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::share {

using namespace analysis;

/// T of "std::deque<T>", "std::queue<T, std::list<T>>"; empty if it is not
/// spelled so.
static std::string elementText(llvm::StringRef Type) {
  size_t Begin = Type.find('<');
  if (Begin == llvm::StringRef::npos)
    return "";
  unsigned Depth = 0;
  for (size_t I = Begin; I != Type.size(); ++I) {
    if (Type[I] == '<' || Type[I] == '(')
      ++Depth;
    if (Type[I] == '>' || Type[I] == ')')
      --Depth;
    if (Depth == 0 || (Depth == 1 && Type[I] == ','))
      return Type.slice(Begin + 1, I).trim().str();
  }
  return "";
}

std::string skeleton(const ir::Program &P, const Pattern &Q) {
  const ir::TypeRef *T = typeOf(P, Q.Data);
  std::string Element = T ? elementText(T->Spelling.str()) : "";
  if (Element.empty())
    Element = "T";
  const std::string Name = nameOf(P, Q.Data);
  return "declare 'runnel::channel<" + Element + "> " + Name +
         "{capacity};', let '" + Q.Put.function() + "' do '" + Name +
         ".send(std::move(value))' and '" + Q.Take.function() + "' do '" +
         Name + ".recv()'";
}

namespace {
class Rewriter {
public:
  Rewriter(const Facts &F, const Pattern &Q, long Capacity)
      : P(F.program()), Q(Q), Capacity(Capacity), Name(nameOf(P, Q.Data)) {}

  std::optional<Fix> run();

private:
  /// What a method does with the queue, in so far as a channel can do it.
  struct Uses {
    const ir::Event *Push = nullptr;
    unsigned Pushes = 0, Pops = 0, Waits = 0;
    bool Else = false;
    llvm::StringRef Returned;
    const ir::Event *Capacity = nullptr; ///< sets the bound
  };
  bool fields();
  bool method(const ir::Function &M);
  Uses usesOf(const ir::Function &M) const;
  bool isQueue(const ir::Function &M, ir::PlaceId Pl) const {
    return Pl != ir::NoPlace && entityOf(P, M, M.place(Pl)) == Q.Data;
  }
  bool isBound(const ir::Function &M, ir::PlaceId Pl) const {
    return Bound && Pl != ir::NoPlace &&
           entityOf(P, M, M.place(Pl)) ==
               Entity{LockClass::Field, Bound->Symbol, 0, false};
  }
  void body(const ir::Function &M, const std::string &Text) {
    Result.Edits.push_back({M.Body, "{ " + Text + " }"});
  }

  const ir::Program &P;
  const Pattern &Q;
  long Capacity;
  std::string Name;
  const ir::Field *Container = nullptr;
  const ir::Field *Bound = nullptr;
  bool BoundSet = false;
  Fix Result;
};
} // namespace

bool Rewriter::fields() {
  std::map<uint32_t, ir::Range> Gone; // by offset
  for (const ir::Field &F : Q.Owner->Fields) {
    if (F.Visible != ir::Access::Private || F.Static ||
        !F.Declaration.editable() || F.Declaration.Length == 0)
      return false;
    if (F.Symbol == Q.Data.Symbol) {
      Container = &F;
      continue;
    }
    const bool Sync =
        F.Type.Is == ir::Role::Lock || F.Type.Is == ir::Role::CondVar;
    if (!Sync) {
      if (!F.Type.Scalar || F.Type.indirect() || Bound || !Q.Bounded)
        return false;
      Bound = &F;
    }
    ir::Range &Whole = Gone[F.Declaration.Begin.Offset];
    if (F.Declaration.Length > Whole.Length)
      Whole = F.Declaration;
  }
  if (!Container || Container->Initialised || Q.Bounded != (Bound != nullptr) ||
      Gone.count(Container->Declaration.Begin.Offset))
    return false;
  const llvm::StringRef Type = Container->Type.Spelling;
  const std::string Element = elementText(Type);
  if (Element.empty() || Container->TypeText.Length != Type.size() ||
      !Container->TypeText.editable())
    return false;
  Result.Edits.push_back(
      {Container->TypeText, "runnel::channel<" + Element + ">"});
  if (!Bound) {
    ir::Range After = Container->Where;
    After.Begin.Offset += After.Length;
    After.Begin.Column += After.Length;
    After.Length = 0;
    Result.Edits.push_back({After, "{" + std::to_string(Capacity) + "}"});
  }
  for (const auto &[Offset, Where] : Gone)
    Result.Edits.push_back({Where, ""});
  return true;
}

Rewriter::Uses Rewriter::usesOf(const ir::Function &M) const {
  Uses Out;
  forEachEvent(M, [&](Point, const ir::Event &E) {
    switch (E.What) {
    case ir::Op::Wait:
      ++Out.Waits;
      Out.Else |= E.has(ir::WithTimeout);
      break;
    case ir::Op::Call: {
      llvm::StringRef Callee = E.Callee.str();
      llvm::StringRef Last = Callee.substr(Callee.rfind(':') + 1);
      if (isQueue(M, E.Subject) && (Last == "push" || Last == "push_back") &&
          E.Args.size() == 1) {
        Out.Push = &E;
        ++Out.Pushes;
      } else if (isQueue(M, E.Subject) &&
                 (Last == "pop" || Last == "pop_front")) {
        ++Out.Pops;
      } else if (!E.has(ir::InPredicate) && !E.has(ir::Implicit)) {
        Out.Else = true;
      }
      break;
    }
    case ir::Op::Access: {
      const ir::Place &Pl = M.place(E.Subject);
      if (M.Constructor && isBound(M, E.Subject) && E.has(ir::Write))
        Out.Capacity = &E;
      else if (Pl.Root == ir::Place::This && !isQueue(M, E.Subject) &&
               !(isBound(M, E.Subject) && !E.has(ir::Write)))
        Out.Else = true;
      break;
    }
    case ir::Op::Return:
      Out.Returned = E.Spelling;
      break;
    case ir::Op::Lock:
    case ir::Op::Unlock:
    case ir::Op::GuardBegin:
    case ir::Op::GuardUnlock:
    case ir::Op::GuardEnd:
    case ir::Op::Notify:
    case ir::Op::Closure:
    case ir::Op::Declare:
    case ir::Op::ScopeEnd:
    case ir::Op::Assign:
      break;
    default:
      Out.Else = true;
      break;
    }
  });
  return Out;
}

bool Rewriter::method(const ir::Function &M) {
  if (!M.Body.editable() || M.Incomplete || M.Virtual || M.Coroutine)
    return false;
  const Uses U = usesOf(M);
  if (U.Else || U.Pushes > 1 || U.Pops > 1 || (U.Pushes && U.Pops))
    return false;
  const bool Void =
      M.Result.Spelling.str() == "void" || M.Result.Spelling.empty();
  const bool Optional = M.Result.Is == ir::Role::Optional;
  const std::string First = M.Params.empty() ? "" : M.Params[0].Id.str().str();
  if (M.Constructor) {
    if (U.Pushes || U.Pops)
      return false;
    if (!Bound)
      return true;
    // cap_(capacity) becomes items_(capacity).
    if (!U.Capacity || !U.Capacity->Where.editable() ||
        !llvm::StringRef(U.Capacity->Spelling.str())
             .starts_with(Bound->Id.str()))
      return false;
    ir::Range Where = U.Capacity->Where;
    Where.Length = Bound->Id.str().size();
    Result.Edits.push_back({Where, Name});
    BoundSet = true;
    return true;
  }
  if (M.Destructor)
    return llvm::all_of(M.Blocks, [](const ir::Block &B) {
      return llvm::all_of(
          B.Events, [](const ir::Event &E) { return E.has(ir::Implicit); });
    });
  if (U.Pushes) {
    const ir::Operand &What = U.Push->Args[0];
    if (M.Params.size() != 1 || !Void || What.Place == ir::NoPlace ||
        M.place(What.Place).Root != ir::Place::Param ||
        !M.place(What.Place).Path.empty())
      return false;
    const ir::TypeRef &T = M.Params[0].Type;
    body(M, Name + ".send(" +
                (T.Reference ? First : "std::move(" + First + ")") + ");");
    return true;
  }
  if (U.Pops && U.Waits) {
    if (M.Params.empty() && !Void && !M.Result.indirect()) {
      body(M, Optional ? "return " + Name + ".recv();"
                       : "return *" + Name + ".recv();");
      return true;
    }
    if (M.Params.size() == 1 && Void && M.Params[0].Type.Reference &&
        !M.Params[0].Type.Const) {
      body(M, First + " = *" + Name + ".recv();");
      return true;
    }
    return false;
  }
  if (U.Pops) {
    const std::string Try = "auto taken = " + Name + ".try_recv(); ";
    if (M.Params.empty() && Optional) {
      body(M, Try + "if (!taken) return std::nullopt; "
                    "return *std::move(taken);");
      return true;
    }
    if (M.Params.size() == 1 && M.Params[0].Type.Reference &&
        !M.Params[0].Type.Const && M.Result.Spelling.str() == "bool") {
      body(M, Try + "if (!taken) return false; " + First +
                  " = *std::move(taken); return true;");
      return true;
    }
    return false;
  }
  if (U.Waits == 0 && U.Returned == Name + ".size()") {
    body(M, "return " + Name + ".size();");
    return true;
  }
  if (U.Waits == 0 && U.Returned == Name + ".empty()") {
    body(M, "return " + Name + ".size() == 0;");
    return true;
  }
  return false;
}

std::optional<Fix> Rewriter::run() {
  const ir::Record *R = Q.Owner;
  if (!R || !Q.Flags.empty() || Q.Timed || !R->Friends.empty() ||
      !R->Bases.empty() || P.module().HasErrors || P.module().BeforeCxx20 ||
      !fields())
    return std::nullopt;
  for (const ir::MethodRef &Ref : R->Methods) {
    const ir::Function *M = P.function(Ref.Symbol);
    if (M && M->Defined) {
      if (!method(*M))
        return std::nullopt;
      continue;
    }
    // Copies that are deleted, or made by the compiler.
    llvm::StringRef Symbol = Ref.Symbol.str();
    const std::string Own = "@F@" + shortName(*R) + "#";
    if (!Symbol.contains("@F@operator=#") && !Symbol.contains(Own))
      return std::nullopt;
  }
  if (Bound && !BoundSet)
    return std::nullopt;
  ir::Range Top = R->Where;
  Top.Begin.Offset = 0;
  Top.Begin.Line = Top.Begin.Column = 1;
  Top.Length = 0;
  Result.Edits.push_back({Top, "#include <runnel/channel.h>\n"});
  Result.Description = "make '" + Name + "' a channel" +
                       (Bound ? ""
                              : " of capacity " + std::to_string(Capacity) +
                                    ", which then holds senders back");
  llvm::sort(Result.Edits,
             [](const Edit &A, const Edit &B) { return A.Where < B.Where; });
  return std::move(Result);
}

std::optional<Fix> rewriteQueue(const Facts &F, const Pattern &Q,
                                long Capacity) {
  return Rewriter(F, Q, Capacity).run();
}

} // namespace runnel::share
