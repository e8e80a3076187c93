//===- LowerOperands.cpp - What is passed to a call -----------------------===//

#include "checks/frontend/Lowering.h"

namespace runnel::frontend {

using namespace clang;
using ir::NoPlace;

std::optional<int64_t> Lowering::initialValue(const Expr *Init) {
  for (unsigned Depth = 0; Init && Depth < 6; ++Depth) {
    Init = Init->IgnoreParenImpCasts();
    if (const auto *D = dyn_cast<CXXDefaultInitExpr>(Init))
      Init = D->getExpr();
    else if (const auto *L = dyn_cast<InitListExpr>(Init)) {
      if (L->getNumInits() == 0)
        return 0;
      if (L->getNumInits() != 1)
        return std::nullopt;
      Init = L->getInit(0);
    } else if (const auto *C = dyn_cast<CXXConstructExpr>(Init)) {
      if (T.role(C->getType()) != ir::Role::Atomic || C->getNumArgs() != 1)
        return std::nullopt;
      Init = C->getArg(0);
    } else if (isa<ImplicitValueInitExpr>(Init))
      return 0;
    else
      break;
  }
  return constant(Init);
}

std::optional<int64_t> Lowering::constant(const Expr *E) {
  if (!E || E->isValueDependent() || E->isTypeDependent())
    return std::nullopt;
  E = peel(E);
  if (const auto *I = dyn_cast<IntegerLiteral>(E))
    return I->getValue().getActiveBits() < 64
               ? std::optional<int64_t>(I->getValue().getZExtValue())
               : std::nullopt;
  if (const auto *B = dyn_cast<CXXBoolLiteralExpr>(E))
    return B->getValue();
  if (const auto *C = dyn_cast<CharacterLiteral>(E))
    return C->getValue();
  if (isa<CXXNullPtrLiteralExpr, GNUNullExpr>(E))
    return 0;
  // Named constants and arithmetic over them; anything else could run long.
  if (!isa<DeclRefExpr, UnaryOperator, BinaryOperator, CStyleCastExpr,
           CXXStaticCastExpr, CXXFunctionalCastExpr, UnaryExprOrTypeTraitExpr,
           MemberExpr>(E) ||
      !E->getType()->isIntegralOrEnumerationType())
    return std::nullopt;
  if (const auto *D = dyn_cast<DeclRefExpr>(E);
      D && !isa<EnumConstantDecl>(D->getDecl()) &&
      !D->getType().isConstQualified())
    return std::nullopt;
  if (const auto *M = dyn_cast<MemberExpr>(E);
      M && !isa<VarDecl, EnumConstantDecl>(M->getMemberDecl()))
    return std::nullopt;
  Expr::EvalResult Result;
  if (!E->EvaluateAsInt(Result, Context, Expr::SE_NoSideEffects))
    return std::nullopt;
  const llvm::APSInt &Value = Result.Val.getInt();
  // Large unsigned values count as unknown.
  if (!Value.isRepresentableByInt64())
    return std::nullopt;
  return Value.getExtValue();
}

/// Nanoseconds of a std::chrono::duration that is constant.
static std::optional<int64_t> nanoseconds(ASTContext &Context, const Expr *E,
                                          const CXXRecordDecl *R) {
  const auto *Spec = dyn_cast_or_null<ClassTemplateSpecializationDecl>(R);
  if (!Spec || Spec->getTemplateArgs().size() < 2 ||
      Spec->getTemplateArgs()[1].getKind() != TemplateArgument::Type)
    return std::nullopt;
  const auto *Period = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
      Spec->getTemplateArgs()[1].getAsType()->getAsCXXRecordDecl());
  if (!Period || Period->getTemplateArgs().size() < 2 ||
      Period->getTemplateArgs()[0].getKind() != TemplateArgument::Integral ||
      Period->getTemplateArgs()[1].getKind() != TemplateArgument::Integral)
    return std::nullopt;
  Expr::EvalResult Result;
  if (!E->EvaluateAsRValue(Result, Context) || Result.HasSideEffects ||
      !Result.Val.isStruct() || Result.Val.getStructNumFields() < 1)
    return std::nullopt;
  const APValue &Count = Result.Val.getStructField(0);
  if (!Count.isInt() || Count.getInt().getSignificantBits() > 62)
    return std::nullopt;
  double Value =
      double(Count.getInt().getExtValue()) * 1e9 *
      double(Period->getTemplateArgs()[0].getAsIntegral().getExtValue()) /
      double(Period->getTemplateArgs()[1].getAsIntegral().getExtValue());
  if (Value > 9e18 || Value < -9e18)
    return std::nullopt;
  return int64_t(Value);
}

void Lowering::operandOf(const Expr *E, ir::Operand &Out, unsigned Depth) {
  if (!E || Depth > 16)
    return;
  E = peel(E);
  if (const auto *D = dyn_cast<CXXDefaultArgExpr>(E)) {
    // Evaluated at the call, but says nothing of the caller's places.
    if (auto Value = constant(D->getExpr())) {
      Out.How = ir::Operand::Number;
      Out.Value = *Value;
    }
    return;
  }
  if (const auto *L = dyn_cast<LambdaExpr>(E)) {
    Out.How = ir::Operand::Lambda;
    Out.Symbol = closureFunction(L->getLambdaClass());
    return;
  }
  if (isa<CXXNullPtrLiteralExpr, GNUNullExpr>(E)) {
    Out.How = ir::Operand::Null;
    return;
  }
  if (const auto *S = dyn_cast<clang::StringLiteral>(E)) {
    Out.How = ir::Operand::Text;
    if (S->getCharByteWidth() == 1)
      Out.Symbol = ir::Name(S->getString().take_front(80));
    return;
  }
  if (const auto *D = dyn_cast<DeclRefExpr>(E)) {
    if (const auto *Fn = dyn_cast<FunctionDecl>(D->getDecl())) {
      Builder.want(Fn);
      Out.How = ir::Operand::FunctionArg;
      Out.Symbol = Names.of(Fn);
      return;
    }
  }
  if (const auto *U = dyn_cast<UnaryOperator>(E)) {
    if (U->getOpcode() == UO_AddrOf) {
      operandOf(U->getSubExpr(), Out, Depth + 1);
      if (Out.How == ir::Operand::PlaceArg)
        Out.ByReference = true;
      return;
    }
    if (U->getOpcode() == UO_Plus) // +[]{...}
      return operandOf(U->getSubExpr(), Out, Depth + 1);
  }
  if (const auto *C = dyn_cast<ExplicitCastExpr>(E);
      C && !C->getType()->isRecordType() && !C->getType()->isScalarType())
    return operandOf(C->getSubExpr(), Out, Depth + 1);
  if (const auto *C = dyn_cast<CallExpr>(E)) {
    const FunctionDecl *Callee = C->getDirectCallee();
    if (Callee && Callee->getIdentifier() && Callee->isInStdNamespace()) {
      llvm::StringRef Id = Callee->getName();
      if ((Id == "move" || Id == "forward" || Id == "ref" || Id == "cref" ||
           Id == "addressof") &&
          C->getNumArgs() == 1) {
        operandOf(C->getArg(0), Out, Depth + 1);
        if (Id == "move" || (Id == "forward" && C->isXValue()))
          Out.Moved = true;
        else
          Out.ByReference = true;
        return;
      }
      // std::bind(&T::f, this): what matters is what will be called.
      if ((Id == "bind" || Id == "bind_front" || Id == "mem_fn" ||
           Id == "bind_back") &&
          C->getNumArgs() > 0)
        return operandOf(C->getArg(0), Out, Depth + 1);
    }
  }
  if (const auto *C = dyn_cast<CXXConstructExpr>(E)) {
    if (C->getNumArgs() == 1 &&
        isa<CXXNullPtrLiteralExpr>(peel(C->getArg(0)))) {
      Out.How = ir::Operand::Null;
      return;
    }
    // A copy, a move, or a conversion into a std::function and its kind.
    if (C->getNumArgs() >= 1 && !MadeBy.contains(C)) {
      bool Converts = C->getConstructor()->isConvertingConstructor(false) &&
                      (T.role(C->getType()) == ir::Role::Function);
      if (C->getConstructor()->isCopyOrMoveConstructor() || Converts) {
        operandOf(C->getArg(0), Out, Depth + 1);
        Out.ByReference = false;
        if (C->getConstructor()->isMoveConstructor() && !Converts)
          Out.Moved = C->getArg(0)->isXValue();
        return;
      }
    }
  }
  if (auto Value = constant(E)) {
    Out.How = ir::Operand::Number;
    Out.Value = *Value;
    return;
  }
  if (T.role(E->getType()) == ir::Role::Duration && !E->isValueDependent()) {
    if (auto Value = nanoseconds(Context, E, T.classOf(E->getType()))) {
      Out.How = ir::Operand::Number;
      Out.Value = *Value;
      return;
    }
  }
  Out.Place = resolve(E);
  if (Out.Place == NoPlace)
    return;
  Out.How = ir::Operand::PlaceArg;
  // A named closure keeps the way to its function.
  if (const CXXRecordDecl *R = T.classOf(E->getType()); R && R->isLambda()) {
    Out.How = ir::Operand::Lambda;
    Out.Symbol = closureFunction(R);
  }
}

ir::Operand Lowering::operand(const Expr *E, QualType Param) {
  ir::Operand Out;
  operandOf(E, Out, 0);
  if (!Param.isNull() && Param->isReferenceType() &&
      (Out.How == ir::Operand::PlaceArg || Out.How == ir::Operand::Lambda)) {
    Out.ByReference = Out.Place != NoPlace;
    if (Param->isRValueReferenceType() && E && peel(E)->isXValue())
      Out.Moved = true;
  }
  return Out;
}

/// What the source writes for an object: `t_` of `t_->join()`.
ir::Name Lowering::spelling(const Expr *E) {
  const Expr *Bare = E->IgnoreImpCasts();
  if (const auto *O = dyn_cast<CXXOperatorCallExpr>(Bare);
      O && O->getOperator() == OO_Arrow && O->getNumArgs() > 0)
    Bare = O->getArg(0);
  return ir::Name(Where.text(Bare->getSourceRange()));
}

ir::Name Lowering::closureFunction(const CXXRecordDecl *Closure) {
  return ir::Name((Names.of(Closure).str() + "()").str());
}

} // namespace runnel::frontend
