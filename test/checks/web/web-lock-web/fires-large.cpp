// A web too large to name all of: the rest is counted, and drawn by runnel graph.
#include <mutex>
using Hold = std::lock_guard<std::mutex>;
class C0 { std::mutex mu_; int n_ = 0; public: void leaf() { Hold hold(mu_); ++n_; } };
class C1 { std::mutex mu_; int n_ = 0; public: void leaf() { Hold hold(mu_); ++n_; } void step(C0 &next) { Hold hold(mu_); next.leaf(); } };
class C2 { std::mutex mu_; int n_ = 0; public: void leaf() { Hold hold(mu_); ++n_; } void step(C1 &next) { Hold hold(mu_); next.leaf(); } };
class C3 { std::mutex mu_; int n_ = 0; public: void leaf() { Hold hold(mu_); ++n_; } void step(C2 &next) { Hold hold(mu_); next.leaf(); } };
class C4 { std::mutex mu_; int n_ = 0; public: void leaf() { Hold hold(mu_); ++n_; } void step(C3 &next) { Hold hold(mu_); next.leaf(); } };
class C5 { std::mutex mu_; int n_ = 0; public: void leaf() { Hold hold(mu_); ++n_; } void step(C4 &next) { Hold hold(mu_); next.leaf(); } };
class C6 { std::mutex mu_; int n_ = 0; public: void leaf() { Hold hold(mu_); ++n_; } void step(C5 &next) { Hold hold(mu_); next.leaf(); } };
class C7 { std::mutex mu_; int n_ = 0; public: void leaf() { Hold hold(mu_); ++n_; } void step(C6 &next) { Hold hold(mu_); next.leaf(); } }; // expect: web-lock-web "and 5 more lock one another's mutexes"
class C8 { std::mutex mu_; int n_ = 0; public: void leaf() { Hold hold(mu_); ++n_; } void step(C7 &next) { Hold hold(mu_); next.leaf(); } };
class C9 { std::mutex mu_; int n_ = 0; public: void leaf() { Hold hold(mu_); ++n_; } void step(C8 &next) { Hold hold(mu_); next.leaf(); } };
class C10 { std::mutex mu_; int n_ = 0; public: void leaf() { Hold hold(mu_); ++n_; } void step(C9 &next) { Hold hold(mu_); next.leaf(); } };
class C11 { std::mutex mu_; int n_ = 0; public: void leaf() { Hold hold(mu_); ++n_; } void step(C10 &next) { Hold hold(mu_); next.leaf(); } };
class C12 { std::mutex mu_; int n_ = 0; public: void leaf() { Hold hold(mu_); ++n_; } void step(C11 &next) { Hold hold(mu_); next.leaf(); } };
class C13 { std::mutex mu_; int n_ = 0; public: void leaf() { Hold hold(mu_); ++n_; } void step(C12 &next) { Hold hold(mu_); next.leaf(); } };
