//===- Annotations.cpp - The macros of <runnel/annotations.h> -------------===//

#include "checks/frontend/ModuleBuilder.h"

namespace runnel::frontend {

using namespace clang;

/// The string an annotation's argument holds.
static llvm::StringRef textArgument(const AnnotateAttr *A, unsigned Index) {
  if (Index >= A->args_size())
    return {};
  const Expr *E = *(A->args_begin() + Index);
  if (!E)
    return {};
  if (const auto *C = dyn_cast<ConstantExpr>(E))
    E = C->getSubExpr();
  E = E->IgnoreParenImpCasts();
  const auto *S = dyn_cast<clang::StringLiteral>(E);
  return S && S->getCharByteWidth() == 1 ? S->getString() : llvm::StringRef();
}

Annotations annotationsOf(const Decl *D) {
  Annotations Out;
  if (!D->getMostRecentDecl()->hasAttrs())
    return Out;
  for (const auto *A : D->getMostRecentDecl()->specific_attrs<AnnotateAttr>()) {
    llvm::StringRef Name = A->getAnnotation();
    Out.Blocking |= Name == "runnel::blocking";
    Out.Suspends |= Name == "runnel::suspends";
    Out.NoEscape |= Name == "runnel::noescape";
  }
  return Out;
}

ir::Name guardOf(Types &T, const Decl *D) {
  if (!D->hasAttrs())
    return {};
  for (const Attr *A : D->attrs()) {
    const Expr *E = nullptr;
    if (const auto *G = dyn_cast<GuardedByAttr>(A))
      E = G->getArg();
    else if (const auto *G = dyn_cast<PtGuardedByAttr>(A))
      E = G->getArg();
    else if (const auto *N = dyn_cast<AnnotateAttr>(A);
             N && N->getAnnotation() == "runnel::guarded_by") {
      llvm::StringRef Text = textArgument(N, 0).trim();
      Text.consume_front("this->");
      // A sibling, or a name of an enclosing namespace.
      const IdentifierInfo *Id = nullptr;
      auto &Idents = T.context().Idents;
      if (auto It = Idents.find(Text); It != Idents.end())
        Id = It->second;
      for (const DeclContext *C = D->getDeclContext(); Id && C;
           C = C->getParent())
        for (const NamedDecl *Found : C->lookup(Id))
          if (isa<FieldDecl, VarDecl>(Found))
            return T.symbols().of(Found);
      continue;
    }
    if (!E)
      continue;
    E = E->IgnoreParenImpCasts();
    if (const auto *U = dyn_cast<UnaryOperator>(E))
      E = U->getSubExpr()->IgnoreParenImpCasts();
    if (const auto *M = dyn_cast<MemberExpr>(E))
      return T.symbols().of(M->getMemberDecl());
    if (const auto *R = dyn_cast<DeclRefExpr>(E))
      return T.symbols().of(R->getDecl());
  }
  return {};
}

void ModuleBuilder::allow(llvm::ArrayRef<const Attr *> Attrs,
                          SourceRange Extent) {
  for (const Attr *A : Attrs) {
    const auto *N = dyn_cast<AnnotateAttr>(A);
    if (!N || N->getAnnotation() != "runnel::allow")
      continue;
    ir::Suppression S;
    S.How = ir::Suppression::Allow;
    S.Comment = Where.range(N->getRange());
    ir::Location From = Where.location(Extent.getBegin());
    ir::Location To = Where.location(
        Where.manager().getExpansionRange(Extent.getEnd()).getEnd());
    S.FirstLine = From.Line;
    S.LastLine = std::max(From.Line, To.Line);
    // The macro stands before the declaration, often on a line of its own.
    if (S.Comment.valid() && S.Comment.Begin.Line < S.FirstLine)
      S.FirstLine = S.Comment.Begin.Line;
    if (!S.Comment.valid())
      S.Comment = Where.range(Extent);
    llvm::StringRef Check = textArgument(N, 0);
    while (!Check.empty()) {
      auto [First, Rest] = Check.split(',');
      First = First.trim();
      if (!First.empty())
        S.Globs.push_back(First.starts_with("runnel-") || First.starts_with('*')
                              ? ir::Name(First)
                              : ir::Name(("runnel-" + First).str()));
      Check = Rest;
    }
    S.Reason = ir::Name(textArgument(N, 1));
    Out.Suppressions.push_back(std::move(S));
  }
}

void ModuleBuilder::allow(const Decl *D) {
  if (D->hasAttrs())
    allow(D->getAttrs(), D->getSourceRange());
}

} // namespace runnel::frontend
