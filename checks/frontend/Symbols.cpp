//===- Symbols.cpp - Names of entities across translation units -----------===//

#include "checks/frontend/Symbols.h"

#include "llvm/ADT/SmallString.h"

namespace runnel::frontend {

using namespace clang;

const FunctionDecl *Symbols::pattern(const FunctionDecl *D) {
  // A lambda's operator in an instantiation has its pattern in the template's
  // lambda; lambdas are named by their place, so either will do.
  if (const FunctionDecl *P = D->getTemplateInstantiationPattern(false))
    D = P;
  // A member template of an instance comes from the template's own.
  if (const FunctionTemplateDecl *T = D->getDescribedFunctionTemplate()) {
    while (const FunctionTemplateDecl *From =
               T->getInstantiatedFromMemberTemplate())
      T = From;
    D = T->getTemplatedDecl();
  }
  return D;
}

const CXXRecordDecl *Symbols::pattern(const CXXRecordDecl *D) {
  if (D->isLambda())
    return D;
  if (const CXXRecordDecl *P = D->getTemplateInstantiationPattern())
    D = P;
  if (const ClassTemplateDecl *T = D->getDescribedClassTemplate()) {
    while (const ClassTemplateDecl *From =
               T->getInstantiatedFromMemberTemplate())
      T = From;
    D = T->getTemplatedDecl();
  }
  return D;
}

const NamedDecl *Symbols::canonical(const NamedDecl *D) {
  if (const auto *F = dyn_cast<FunctionDecl>(D))
    return cast<NamedDecl>(pattern(F)->getCanonicalDecl());
  if (const auto *R = dyn_cast<CXXRecordDecl>(D))
    return cast<NamedDecl>(pattern(R)->getCanonicalDecl());
  if (const auto *V = dyn_cast<VarDecl>(D)) {
    if (const VarDecl *P = V->getTemplateInstantiationPattern())
      V = P;
    return V->getCanonicalDecl();
  }
  if (const auto *T = dyn_cast<TemplateDecl>(D))
    if (const NamedDecl *Inner = T->getTemplatedDecl())
      return canonical(Inner);
  return cast<NamedDecl>(D->getCanonicalDecl());
}

ir::Name Symbols::lambda(const CXXRecordDecl *Closure) {
  // In a template's instance the lambda's place is that of the pattern's.
  llvm::SmallString<256> Text;
  const DeclContext *Context = Closure->getDeclContext();
  while (Context && !isa<FunctionDecl>(Context) && !Context->isFileContext() &&
         !isa<CXXRecordDecl>(Context))
    Context = Context->getParent();
  if (const auto *Outer = dyn_cast_or_null<NamedDecl>(Context))
    Text += of(Outer);
  ir::Location At = Where.location(Closure->getLocation());
  // Not the offset: an edit above must not rename every lambda below it more
  // than it has to, and people read this.
  Text += "$lambda";
  Text += llvm::utostr(At.Line);
  Text += ':';
  Text += llvm::utostr(At.Column);
  if (!isa_and_nonnull<FunctionDecl>(Context)) {
    Text += '@';
    Text += At.File;
  }
  // Several from one macro expansion differ in what the macro spells.
  if (Closure->getLocation().isMacroID()) {
    Text += '+';
    Text += llvm::utostr(Where.manager().getFileOffset(
        Where.manager().getSpellingLoc(Closure->getLocation())));
  }
  return ir::Name(Text.str());
}

ir::Name Symbols::make(const NamedDecl *D) {
  if (const auto *R = dyn_cast<CXXRecordDecl>(D); R && R->isLambda())
    return lambda(R);
  if (const auto *M = dyn_cast<CXXMethodDecl>(D))
    if (M->getParent()->isLambda()) {
      ir::Name Closure = of(M->getParent());
      if (M->getOverloadedOperator() == OO_Call)
        return ir::Name((Closure.str() + "()").str());
      return ir::Name((Closure.str() + "." + M->getNameAsString()).str());
    }
  if (const auto *M = dyn_cast<CXXMethodDecl>(D);
      M && M->isImplicit() &&
      isa<ClassTemplateSpecializationDecl>(M->getParent())) {
    // The compiler wrote it for the instance; the template has none.
    llvm::SmallString<256> Text(of(M->getParent()).str());
    Text += "@F@";
    Text += isa<CXXDestructorDecl>(M)    ? "~"
            : isa<CXXConstructorDecl>(M) ? ""
                                         : "=";
    Text += M->getParent()->getName();
    Text += '#';
    Text += llvm::utostr(M->getNumParams());
    return ir::Name(Text.str());
  }
  if (const auto *F = dyn_cast<FieldDecl>(D)) {
    // What USR generation makes of it, without walking the contexts again.
    llvm::SmallString<256> Text(of(cast<NamedDecl>(F->getParent())).str());
    Text += "@FI@";
    if (F->getDeclName())
      Text += F->getName();
    else
      Text += llvm::utostr(F->getFieldIndex());
    return ir::Name(Text.str());
  }
  if (const auto *F = dyn_cast<FunctionDecl>(D);
      F && F->isTemplated() && Where.isSystem(F->getLocation()))
    // Never lowered; the USRs of the library's templates fill pages.
    return ir::Name(("s:" + qualified(F).str()).str());
  llvm::SmallString<256> Text;
  if (index::generateUSRForDecl(D, Text) || Text.empty()) {
    // No USR: named by its place, which makes it its own in any case.
    ir::Location At = Where.location(D->getLocation());
    Text = "r:";
    Text += D->getNameAsString();
    Text += '@';
    Text += At.File;
    Text += ':';
    Text += llvm::utostr(At.Offset);
    return ir::Name(Text.str());
  }
  if (!D->hasExternalFormalLinkage()) {
    Text += '@';
    Text += Where.file(D->getLocation());
  }
  return ir::Name(Text.str());
}

ir::Name Symbols::of(const NamedDecl *D) {
  if (!D)
    return {};
  auto Hit = Cache.find(D);
  if (Hit != Cache.end())
    return Hit->second;
  const NamedDecl *Canonical = canonical(D);
  ir::Name Made;
  if (Canonical != D) {
    Made = of(Canonical);
  } else {
    Made = make(D);
  }
  Cache[D] = Made;
  return Made;
}

ir::Name Symbols::qualified(const NamedDecl *D) {
  if (!D)
    return {};
  auto Hit = QualifiedCache.find(D);
  if (Hit != QualifiedCache.end())
    return Hit->second;
  llvm::SmallVector<std::string, 6> Parts;
  auto Add = [&](const NamedDecl *N) {
    if (const auto *R = dyn_cast<CXXRecordDecl>(N); R && R->isLambda())
      Parts.push_back("lambda");
    else if (isa<CXXConstructorDecl, CXXDestructorDecl>(N)) {
      // By the class's name alone: the printed one has template arguments.
      std::string Name = cast<CXXMethodDecl>(N)->getParent()->getNameAsString();
      Parts.push_back(isa<CXXDestructorDecl>(N) ? "~" + Name : Name);
    } else if (isa<CXXConversionDecl>(N)) {
      Parts.push_back(N->getNameAsString());
    } else if (N->getDeclName()) {
      Parts.push_back(N->getNameAsString());
    } else if (const auto *T = dyn_cast<TagDecl>(N)) {
      if (const TypedefNameDecl *Name = T->getTypedefNameForAnonDecl())
        Parts.push_back(Name->getNameAsString());
      else
        Parts.push_back("(anonymous)");
    }
  };
  Add(D);
  for (const DeclContext *C = D->getDeclContext(); C; C = C->getParent()) {
    if (const auto *N = dyn_cast<NamespaceDecl>(C)) {
      if (!N->isInline() && !N->isAnonymousNamespace())
        Add(N);
    } else if (const auto *T = dyn_cast<TagDecl>(C)) {
      Add(T);
    } else if (const auto *F = dyn_cast<FunctionDecl>(C)) {
      // A lambda's operator adds nothing to its class.
      if (const auto *M = dyn_cast<CXXMethodDecl>(F);
          !M || !M->getParent()->isLambda())
        Add(F);
    }
  }
  std::string Text;
  for (const std::string &Part : llvm::reverse(Parts)) {
    if (!Text.empty())
      Text += "::";
    Text += Part;
  }
  return QualifiedCache[D] = ir::Name(Text);
}

} // namespace runnel::frontend
