//===- Types.h - What a C++ type is to concurrency --------------*- C++ -*-===//
//
// Gives classes and types their roles: by the vocabulary, by thread-safety
// attributes, or by their shape (Shapes.h), in this order; and tells what a
// function or method does by the same three.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_FRONTEND_TYPES_H
#define RUNNEL_CHECKS_FRONTEND_TYPES_H

#include "checks/frontend/Symbols.h"
#include "checks/frontend/Vocabulary.h"
#include "checks/ir/Type.h"

#include <memory>

namespace runnel::frontend {

/// What is known of one class.
struct RecordInfo {
  ir::Name Symbol;
  ir::Role Is = ir::Role::Data;
  uint32_t Traits = 0;
  /// The vocabulary's entry for it or for a base that gives it its role.
  const TypeEntry *Entry = nullptr;
  bool ByAttribute = false;
  bool ByShape = false;
  /// A guard by shape: the field that refers to the lock (or is itself a
  /// guard), and the steps from there to it.
  const clang::FieldDecl *LockField = nullptr;
  llvm::SmallVector<const clang::FieldDecl *, 2> LockPath;
};

class Types {
public:
  Types(clang::ASTContext &Context, Sources &Where, Symbols &Names,
        const Vocabulary &Vocab)
      : Context(Context), Where(Where), Names(Names), Vocab(Vocab) {}

  const RecordInfo &record(const clang::CXXRecordDecl *R);
  const ir::TypeRef &ref(clang::QualType T);
  ir::Role role(clang::QualType T) { return ref(T).Is; }

  /// What a call of \p Callee does; \p Object is the type of the object the
  /// call is made on (null: none, or the method's own class). Empty: nothing
  /// that the vocabulary, an attribute or a shape knows.
  llvm::ArrayRef<Action> meaning(const clang::FunctionDecl *Callee,
                                 clang::QualType Object = {});
  /// What passing an object of this type to a guard's constructor says.
  uint32_t tag(clang::QualType T);
  /// The entry of the type's class, or of the name it was given by typedef.
  const TypeEntry *entry(clang::QualType T);
  /// The class a type names, refers to or points at; dependent types name the
  /// class of their template.
  const clang::CXXRecordDecl *classOf(clang::QualType T);

  clang::ASTContext &context() { return Context; }
  Sources &sources() { return Where; }
  Symbols &symbols() { return Names; }
  const Vocabulary &vocabulary() const { return Vocab; }

private:
  void classify(const clang::CXXRecordDecl *R, RecordInfo &Info);
  bool classifyByBase(const clang::CXXRecordDecl *R, RecordInfo &Info);
  ir::TypeRef make(clang::QualType T);
  void element(clang::QualType T, const TypeEntry &Entry, ir::TypeRef &Out);
  const TypeEntry *typedefEntry(clang::QualType T);
  const std::vector<Action> *methodEntry(const TypeEntry *Entry,
                                         const clang::CXXMethodDecl *M);
  std::vector<Action> methodMeaning(const clang::CXXMethodDecl *M,
                                    clang::QualType Object);

  clang::ASTContext &Context;
  Sources &Where;
  Symbols &Names;
  const Vocabulary &Vocab;
  llvm::DenseMap<const clang::CXXRecordDecl *, std::unique_ptr<RecordInfo>>
      Records;
  llvm::DenseMap<const void *, std::unique_ptr<ir::TypeRef>> Refs;
  llvm::DenseMap<std::pair<const clang::FunctionDecl *, const void *>,
                 std::unique_ptr<std::vector<Action>>>
      Meanings;
};

/// The type behind references, pointers and arrays.
clang::QualType strip(clang::QualType T);

} // namespace runnel::frontend

#endif
