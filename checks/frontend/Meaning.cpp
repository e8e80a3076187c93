//===- Meaning.cpp - What a function does ---------------------------------===//

#include "checks/frontend/Shapes.h"
#include "checks/frontend/Types.h"

namespace runnel::frontend {

using namespace clang;

const std::vector<Action> *Types::methodEntry(const TypeEntry *Entry,
                                              const CXXMethodDecl *M) {
  if (!Entry)
    return nullptr;
  llvm::SmallString<32> Name;
  if (M->getIdentifier())
    Name = M->getName();
  else if (isa<CXXConversionDecl>(M))
    Name = cast<CXXConversionDecl>(M)->getConversionType()->isBooleanType()
               ? "operator bool"
               : "operator T";
  else if (M->isOverloadedOperator()) {
    Name = "operator";
    Name += getOperatorSpelling(M->getOverloadedOperator());
  } else
    return nullptr;
  auto It = Entry->Methods.find(Name);
  return It == Entry->Methods.end() ? nullptr : &It->second;
}

std::vector<Action> Types::methodMeaning(const CXXMethodDecl *M,
                                         QualType Object) {
  const CXXRecordDecl *Own = M->getParent();
  const CXXRecordDecl *R = Object.isNull() ? nullptr : classOf(Object);
  for (const CXXRecordDecl *C : {R, Own}) {
    if (!C)
      continue;
    const RecordInfo &Info = record(C);
    if (const std::vector<Action> *Does = methodEntry(Info.Entry, M))
      return *Does;
    // A project may list a class and leave its methods to their names.
    bool Unsaid =
        Info.Entry && Info.Entry->Methods.empty() && Info.Is != ir::Role::Data;
    if (Info.Entry && !Unsaid && C == R)
      continue;
    if (Info.ByAttribute || Info.ByShape || Unsaid)
      if (std::optional<Action> A = shapedMeaning(*this, M, Info))
        return {*A};
  }
  // A capability's attributes speak for a single method too.
  if (std::optional<Action> A = attributeMeaning(*this, M))
    return {*A};
  return {};
}

llvm::ArrayRef<Action> Types::meaning(const FunctionDecl *Callee,
                                      QualType Object) {
  const void *Key = nullptr;
  if (!Object.isNull())
    if (const CXXRecordDecl *R = classOf(Object))
      Key = R->getCanonicalDecl();
  const FunctionDecl *Canonical = Callee->getCanonicalDecl();
  auto Hit = Meanings.find({Canonical, Key});
  if (Hit != Meanings.end())
    return *Hit->second;
  std::vector<Action> Does;
  const auto *M = dyn_cast<CXXMethodDecl>(Callee);
  if (M && !isa<CXXConstructorDecl, CXXDestructorDecl>(M)) {
    Does = methodMeaning(M, Object);
    if (Does.empty() && M->isStatic() && M->getIdentifier() &&
        Vocab.mayBeFunction(M->getName()))
      if (const auto *Known =
              Vocab.function(Names.qualified(Symbols::pattern(M))))
        Does = *Known;
  } else if (!M && Callee->getIdentifier() &&
             Vocab.mayBeFunction(Callee->getName())) {
    ir::Name Qualified = Names.qualified(Symbols::pattern(Callee));
    const auto *Known = Vocab.function(Qualified);
    // <cstdio> and its like bring C's functions into std.
    if (!Known && Callee->isExternC())
      Known = Vocab.function(Callee->getName());
    // A project's own `read` in the global namespace is not the system's.
    if (Known && !Qualified.str().contains("::") && !Callee->isExternC())
      Known = nullptr;
    if (Known)
      Does = *Known;
  }
  if (Does.empty() && !M)
    if (std::optional<Action> A = attributeMeaning(*this, Callee))
      Does = {*A};
  auto Kept = std::make_unique<std::vector<Action>>(std::move(Does));
  return *(Meanings[{Canonical, Key}] = std::move(Kept));
}

} // namespace runnel::frontend
