//===- BodyFacts.h - What one look over a body tells ------------*- C++ -*-===//
//
// Lowering visits expressions in evaluation order, piece by piece, as the CFG
// has them. What it needs from the syntax around a piece is gathered here
// first: the statement it belongs to, the object it initialises, the try block
// it is in, and which variables are assigned more than once.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_FRONTEND_BODYFACTS_H
#define RUNNEL_CHECKS_FRONTEND_BODYFACTS_H

#include "checks/frontend/Clang.h"

namespace runnel::frontend {

/// The object that a class prvalue (a construction, or a call that returns by
/// value) makes.
struct Target {
  enum Kind : uint8_t {
    None,
    Variable, ///< Var, which may be a reference that extends the lifetime
    Returned,
    Temporary, ///< Temp
    Argument,
    Allocated, ///< New
    Member,    ///< Field of this, in a constructor's initialiser
    Assigned,  ///< moved at once into Into
    Element,   ///< moved at once into the container Into
    Part,      ///< Field of the aggregate that Into initialises
  };
  Kind What = None;
  const clang::VarDecl *Var = nullptr;
  const clang::CXXBindTemporaryExpr *Temp = nullptr;
  const clang::CXXNewExpr *New = nullptr;
  const clang::FieldDecl *Field = nullptr; ///< also of a Part
  const clang::Expr *Into = nullptr;
};

struct BodyFacts {
  struct Statement {
    const clang::Stmt *Whole = nullptr;
    int Try = -1; ///< index into Tries of the innermost
    /// Only run where `X.joinable()` held: the object expression X.
    const clang::Expr *Joinable = nullptr;
  };
  struct TryBlock {
    const clang::CXXTryStmt *What = nullptr;
    int Outer = -1;
    bool CatchesAll = false;
  };

  std::vector<Statement> Statements;
  std::vector<TryBlock> Tries;
  llvm::DenseMap<const clang::Stmt *, unsigned> StatementOf;
  llvm::DenseMap<const clang::VarDecl *, const clang::DeclStmt *> DeclOf;
  llvm::DenseMap<const clang::Expr *, Target> Targets;
  /// Variables and fields assigned to, incremented, or whose address or
  /// non-const reference is taken; with what is assigned (null: unknown).
  llvm::DenseMap<const clang::ValueDecl *,
                 llvm::SmallVector<const clang::Expr *, 2>>
      Assigned;
  /// Calls without arguments of what a template's parameters decide:
  /// `m.lock()`.
  struct DependentCall {
    const clang::Expr *Object;
    llvm::StringRef Method;
  };
  std::vector<DependentCall> DependentCalls;
  /// The operand of a call whose value nobody uses.
  llvm::DenseSet<const clang::Expr *> Discarded;
  /// What the compiler wrote around a co_await.
  llvm::DenseSet<const clang::Stmt *> Hidden;
  std::vector<const clang::CXXRecordDecl *> LocalClasses;
  /// Statements with attributes, which the CFG leaves out.
  std::vector<const clang::AttributedStmt *> Attributed;
  std::vector<const clang::VarDecl *> RangeVariables;
  llvm::DenseMap<const clang::VarDecl *, const clang::CXXForRangeStmt *>
      RangeOf; ///< loop variable -> its loop
  bool Coroutine = false;
  bool TooDeep = false;

  bool isAssigned(const clang::ValueDecl *D) const {
    return Assigned.contains(D);
  }
  /// The expression a variable's value comes from: its initialiser, or the one
  /// thing that is ever assigned to it.
  const clang::Expr *originOf(const clang::VarDecl *V) const;
  const Statement *statementOf(const clang::Stmt *S) const;
  /// Whether something in the innermost try blocks around catches everything.
  bool catchesAll(int Try) const;

  void look(const clang::FunctionDecl *F, const clang::Stmt *Body);
  void aim(const clang::Expr *E, const Target &At);
  void aimParts(const clang::Expr *List, const Target &At);

private:
  void visit(const clang::Stmt *S, unsigned Current, unsigned Depth);
  void visitStatement(const clang::Stmt *S, unsigned Context, unsigned Depth,
                      const clang::Expr *Joinable = nullptr);
  void visitDecl(const clang::DeclStmt *S, unsigned Current, unsigned Depth);
  void visitExpr(const clang::Expr *E, unsigned Current);
  void hide(const clang::Stmt *S, const clang::Stmt *Except, unsigned Depth);
  void assign(const clang::Expr *Where, const clang::Expr *What);
};

/// A variable nobody wrote: of a range-for, or behind structured bindings.
bool namesHidden(const clang::Expr *E);

/// Through parentheses, casts, cleanups and temporaries.
const clang::Expr *peel(const clang::Expr *E);

/// What `T{a, b}` or `T(a, b)` gives to the fields of an aggregate class.
void eachPart(
    const clang::Expr *List,
    llvm::function_ref<void(const clang::FieldDecl *, const clang::Expr *)> Do);

} // namespace runnel::frontend

#endif
