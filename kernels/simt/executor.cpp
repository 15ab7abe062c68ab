#include "executor.hpp"

#include <algorithm>
#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bulk.hpp"
#include "sanitizer.hpp"

uint3 threadIdx{};
uint3 blockIdx{};
dim3 blockDim;
dim3 gridDim;

// Where the linker puts the static shared memory of all kernels (shared.ld).
extern "C" {
extern char __start_simt_shared[] __attribute__((weak));  // NOLINT(bugprone-reserved-identifier)
extern char __stop_simt_shared[] __attribute__((weak));   // NOLINT(bugprone-reserved-identifier)
}

namespace prelu::simt {
namespace {

namespace context = boost::context;

constexpr int kWarpSize = 32;
constexpr unsigned kMostThreads = 1024;
constexpr unsigned kMostThreadsZ = 64;
constexpr unsigned kMostBlocksYZ = 65535;
constexpr std::size_t kMostSharedBytes = 227 * 1024;
constexpr std::size_t kStackBytes = 256 * 1024;
constexpr const char* kLaneHasLeft = "a warp operation whose mask holds a lane that has left";
constexpr std::uint64_t kNoValue = 0x7FC0'DEAD'7FC0'DEADULL;  // NaN as float and as double

/// Thrown through the frames of a kernel that is given up, so that its fiber can be used again.
struct Abandoned {};

/// For the executor's own accesses while a kernel's identity is current.
class Quiet {
 public:
  Quiet() { sanitizer::set_quiet(true); }
  ~Quiet() { sanitizer::set_quiet(false); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
};

std::string describe(const std::source_location& where) {
  const std::string file = where.file_name();
  return file.substr(file.rfind('/') + 1) + ":" + std::to_string(where.line());
}

std::string describe(const char* what, const uint3& index) {
  return std::string(what) + " (" + std::to_string(index.x) + "," + std::to_string(index.y) + "," +
         std::to_string(index.z) + ")";
}

Error complaint(const std::string& message, const std::source_location& where,
                const uint3& thread) {
  return Error(message + " at " + describe(where) + ", " + describe("block", blockIdx) + " " +
               describe("thread", thread));
}

enum class State { fresh, running, ready, at_barrier, in_warp_operation, waiting, done };

/// A stack that runs CUDA threads: fresh ones one after another, until one of them blocks.
struct Fiber {
  context::fiber inside;   ///< where it waits
  context::fiber outside;  ///< where the scheduler waits
  sanitizer::Stack stack;
};

struct Thread {
  uint3 index{};
  State state = State::fresh;
  Fiber* fiber = nullptr;
  std::source_location where;  ///< the operation it waits at
  WarpOperation operation = WarpOperation::barrier;
  unsigned mask = 0;
  std::uint64_t in = 0;
  std::uint64_t out = 0;
  int source = 0;
  bool (*may_go_on)(const void*) = nullptr;  ///< of a waiting thread
  const void* may_go_on_context = nullptr;
  bool published = false;
  char place = 0;  ///< where it meets nobody
  void* identity = nullptr;
  unsigned rendezvous = 0;  ///< how many barriers it has met; two in turn keep them apart
  unsigned warp_rendezvous = 0;
};

/// What ThreadSanitizer knows a block by. Blocks take sets in turn: those that share one are not
/// told apart, those with different sets are unordered.
struct IdentitySet {
  std::vector<void*> identities;
  char barrier[2] = {};
  char warp[kMostThreads / kWarpSize][2] = {};
};

class Executor {
 public:
  using Choose = std::function<std::vector<std::uint64_t>(const Grid&)>;

  void set_schedule(std::uint64_t seed) { seed_ = seed; }
  void set_multiprocessors(int count) { multiprocessors_ = count; }
  int multiprocessors() const { return multiprocessors_; }
  void choose_blocks(Choose choose) { choose_blocks_ = std::move(choose); }
  void run(const Grid& grid, void (*thread)(const void*), const void* context,
           const std::source_location& where);

  void block_barrier(const std::source_location& where, bool publishes);
  bool has_published() const { return current_->published; }
  void wait_until(bool (*ready)(const void*), const void* context,
                  const std::source_location& where);
  std::uint64_t warp_operation(WarpOperation operation, unsigned mask, std::uint64_t value,
                               int source, const std::source_location& where);
  [[noreturn]] void fail(const std::string& message, const std::source_location& where);

  void* shared_memory() { return shared_.get(); }
  std::size_t thread_number() const { return static_cast<std::size_t>(current_ - threads_.data()); }
  int lane() const { return static_cast<int>(thread_number()) % kWarpSize; }
  Running running() const {
    return {.block = blocks_,
            .thread = current_ == nullptr ? -1 : static_cast<int>(thread_number())};
  }

  ~Executor();
  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

 private:
  void check(const Grid& grid, const std::source_location& where) const;
  void run_block(std::uint64_t block);
  void start_block(std::uint64_t block);
  bool resume_ready();
  void meet_at_barrier();
  void report_deadlock();
  bool complete_warp_operation(Thread& thread);

  Fiber& take_fiber();
  void enter(Fiber& fiber);
  void run_threads(Fiber& fiber);
  void run_thread(Thread& thread);
  void suspend(void* place);
  Thread* next_fresh();
  void abandon();
  IdentitySet& identities(std::uint64_t block);

  template <class List>
  void arrange(List& list) {
    if (seed_ == 1) std::reverse(list.begin(), list.end());
    if (seed_ > 1) std::shuffle(list.begin(), list.end(), random_);
  }

  std::uint64_t seed_ = 0;
  std::mt19937_64 random_;
  int multiprocessors_ = 1;
  Choose choose_blocks_;

  Grid grid_{};
  void (*kernel_)(const void*) = nullptr;
  const void* context_ = nullptr;
  bool running_ = false;
  std::uint64_t blocks_ = 0;  ///< that were started, in all launches

  std::vector<Thread> threads_;
  std::vector<std::uint32_t> order_;
  unsigned waiting_lanes_[kMostThreads / kWarpSize] = {};  ///< of each warp, in a warp operation
  unsigned departed_lanes_[kMostThreads / kWarpSize] = {};
  std::size_t fresh_ = 0;  ///< position in order_ of the next thread that has not started
  Thread* current_ = nullptr;
  Fiber* current_fiber_ = nullptr;
  std::size_t at_barrier_ = 0;
  std::size_t done_ = 0;
  bool abandoned_ = false;
  bool stopping_ = false;
  std::exception_ptr error_;

  std::unique_ptr<std::byte[]> shared_;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<Fiber*> idle_;
  sanitizer::Stack scheduler_stack_;
  void* scheduler_identity_ = nullptr;
  std::vector<std::unique_ptr<IdentitySet>> identity_sets_;
  IdentitySet* identity_set_ = nullptr;
  char launch_start_ = 0;
  char launch_end_ = 0;
};

/// Kernels find the executor without being handed it, as CUDA's built-ins demand.
Executor& executor() {
  static Executor instance;
  return instance;
}

/// Fills the static shared memory with NaN, as something new. Written word by word, out of
/// AddressSanitizer's sight: there are red zones between the arrays.
__attribute__((no_sanitize("address", "thread"))) void renew_static_shared() {
  using Word = volatile std::uint64_t;
  const auto bytes = static_cast<std::size_t>(__stop_simt_shared - __start_simt_shared);
  if (bytes == 0) return;
  sanitizer::renew(__start_simt_shared, bytes);
  auto* const words = reinterpret_cast<Word*>(__start_simt_shared);
  for (std::size_t i = 0; i < bytes / sizeof(Word); ++i) words[i] = ~std::uint64_t{0};
}

void Executor::check(const Grid& grid, const std::source_location& where) const {
  const auto refuse = [&](const std::string& reason) {
    throw Error("launch refused at " + describe(where) + ": " + reason);
  };
  if (running_) refuse("a kernel cannot launch a kernel here");
  const std::uint64_t threads = std::uint64_t{grid.threads.x} * grid.threads.y * grid.threads.z;
  if (threads == 0 || threads > kMostThreads || grid.threads.z > kMostThreadsZ) {
    refuse("a block of " + std::to_string(threads) + " threads (1 to 1024, 64 deep)");
  }
  if (grid.blocks.x > 0x7FFF'FFFFU || grid.blocks.y > kMostBlocksYZ ||
      grid.blocks.z > kMostBlocksYZ) {
    refuse("a grid larger than 2147483647 x 65535 x 65535 blocks");
  }
  if (grid.shared_bytes > kMostSharedBytes) refuse("more than 227 KiB of shared memory");
}

void Executor::run(const Grid& grid, void (*thread)(const void*), const void* context,
                   const std::source_location& where) {
  check(grid, where);
  grid_ = grid;
  kernel_ = thread;
  context_ = context;
  random_.seed(seed_);
  running_ = true;
  const std::shared_ptr<void> stop(nullptr, [this](void*) {
    running_ = false;
    sanitizer::acquire(&launch_end_);  // after a launch that failed, too
  });
  scheduler_identity_ = sanitizer::current_identity();
  threads_.assign(std::size_t{grid.threads.x} * grid.threads.y * grid.threads.z, Thread{});
  order_.resize(threads_.size());
  std::iota(order_.begin(), order_.end(), 0U);
  blockDim = grid.threads;
  gridDim = grid.blocks;

  const std::uint64_t blocks = std::uint64_t{grid.blocks.x} * grid.blocks.y * grid.blocks.z;
  std::vector<std::uint64_t> order;
  if (choose_blocks_) {
    order = choose_blocks_(grid);
  } else {
    order.resize(blocks);
    std::iota(order.begin(), order.end(), std::uint64_t{0});
  }
  arrange(order);

  sanitizer::release(&launch_start_);
  const Quiet quiet;
  for (const std::uint64_t block : order) run_block(block);
}

IdentitySet& Executor::identities(std::uint64_t block) {
  // The more sets, the farther apart the blocks that are not told apart; neighbours always are.
  const auto wanted = static_cast<std::size_t>(sanitizer::wanted_identities());
  const std::size_t sets = std::clamp<std::size_t>(wanted / threads_.size(), 2, 8);
  while (identity_sets_.size() < sets) identity_sets_.push_back(std::make_unique<IdentitySet>());
  IdentitySet& set = *identity_sets_[block % sets];
  while (set.identities.size() < threads_.size()) {
    set.identities.push_back(sanitizer::create_identity());
  }
  return set;
}

void Executor::start_block(std::uint64_t block) {
  blockIdx = {static_cast<unsigned>(block % grid_.blocks.x),
              static_cast<unsigned>(block / grid_.blocks.x % grid_.blocks.y),
              static_cast<unsigned>(block / grid_.blocks.x / grid_.blocks.y)};
  identity_set_ = &identities(block);
  ++blocks_;
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    const auto linear = static_cast<unsigned>(i);
    threads_[i] = {.index = {linear % blockDim.x, linear / blockDim.x % blockDim.y,
                             linear / blockDim.x / blockDim.y},
                   .identity = identity_set_->identities[i]};
  }
  std::ranges::fill(waiting_lanes_, 0U);
  std::ranges::fill(departed_lanes_, 0U);
  fresh_ = 0;
  at_barrier_ = 0;
  done_ = 0;
  abandoned_ = false;
  error_ = nullptr;
  bulk::forget();
  arrange(order_);
  renew_static_shared();
  if (grid_.shared_bytes > 0) {
    shared_ = std::make_unique<std::byte[]>(grid_.shared_bytes);  // its ends are watched
    std::memset(shared_.get(), 0xFF, grid_.shared_bytes);
  }
}

void Executor::run_block(std::uint64_t block) {
  start_block(block);
  while (done_ < threads_.size() && !error_) {
    bool progress = false;
    while (fresh_ < order_.size() && !error_) {
      enter(take_fiber());
      progress = true;
    }
    progress = (!error_ && resume_ready()) || progress;
    if (error_ || done_ == threads_.size()) break;
    if (at_barrier_ > 0 && at_barrier_ + done_ == threads_.size()) {
      meet_at_barrier();
    } else if (!progress) {
      report_deadlock();
    }
  }
  if (error_) {
    abandon();
    std::rethrow_exception(error_);
  }
}

/// Resumes every thread that can go on; false when there was none.
bool Executor::resume_ready() {
  bool any = false;
  for (const std::uint32_t i : order_) {
    Thread& thread = threads_[i];
    if (thread.state == State::waiting && thread.may_go_on(thread.may_go_on_context)) {
      thread.state = State::ready;
    }
    if (thread.state != State::ready) continue;
    any = true;
    current_ = &thread;
    enter(*thread.fiber);
    if (error_) break;
  }
  return any;
}

void Executor::meet_at_barrier() {
  const Thread* first = nullptr;
  for (Thread& thread : threads_) {
    if (thread.state != State::at_barrier) continue;
    if (first == nullptr) first = &thread;
    const bool same = thread.where.line() == first->where.line() &&
                      std::strcmp(thread.where.file_name(), first->where.file_name()) == 0;
    if (!same) {
      error_ = std::make_exception_ptr(
          Error("divergent __syncthreads: " + describe("thread", first->index) + " is at " +
                describe(first->where) + ", " + describe("thread", thread.index) + " at " +
                describe(thread.where) + " of " + describe("block", blockIdx)));
      return;
    }
  }
  if (done_ > 0) {
    error_ = std::make_exception_ptr(
        Error(std::to_string(done_) + " threads of " + describe("block", blockIdx) +
              " left before the others reached __syncthreads at " + describe(first->where)));
    return;
  }
  for (Thread& thread : threads_) thread.state = State::ready;
  at_barrier_ = 0;
  if (seed_ > 1) arrange(order_);
}

/// Nobody can go on, and no barrier is complete.
void Executor::report_deadlock() {
  for (const Thread& thread : threads_) {
    const auto warp = static_cast<std::size_t>(&thread - threads_.data()) / kWarpSize;
    if (thread.state != State::in_warp_operation) continue;
    if ((departed_lanes_[warp] & thread.mask) == 0) continue;
    error_ = std::make_exception_ptr(complaint(kLaneHasLeft, thread.where, thread.index));
    return;
  }
  constexpr int kShown = 4;
  std::string message = "deadlock in " + describe("block", blockIdx) + ":";
  int shown = 0;
  for (const Thread& thread : threads_) {
    const bool waits = thread.state == State::at_barrier || thread.state == State::waiting ||
                       thread.state == State::in_warp_operation;
    if (!waits) continue;
    if (shown++ == kShown) {
      message += " ...";
      break;
    }
    message += " " + describe("thread", thread.index) + " waits at " + describe(thread.where) +
               (thread.state == State::at_barrier ? " for its block;"
                : thread.state == State::waiting  ? " for bulk loads;"
                                                  : " for lanes of its warp;");
  }
  if (done_ > 0) message += " " + std::to_string(done_) + " threads have left";
  error_ = std::make_exception_ptr(Error(message));
}

/// Unwinds every thread that still waits, so that no fiber holds a kernel's frames.
void Executor::abandon() {
  abandoned_ = true;
  fresh_ = order_.size();
  for (Thread& thread : threads_) {
    if (thread.fiber == nullptr || thread.state == State::done) continue;
    current_ = &thread;
    enter(*thread.fiber);
  }
}

Fiber& Executor::take_fiber() {
  if (!idle_.empty()) {
    Fiber& fiber = *idle_.back();
    idle_.pop_back();
    return fiber;
  }
  fibers_.push_back(std::make_unique<Fiber>());
  Fiber& fiber = *fibers_.back();
  context::protected_fixedsize_stack allocator(kStackBytes);
  context::stack_context stack = allocator.allocate();
  fiber.stack = {.bottom = static_cast<const char*>(stack.sp) - stack.size, .size = stack.size};
  sanitizer::prepare_stack(fiber.stack);
  // Stacks lie a power of two apart: started at the same place, they would all share the same few
  // lines of the caches.
  const std::size_t shift = fibers_.size() % 32 * 192;
  fiber.inside = context::fiber(
      std::allocator_arg,
      context::preallocated(static_cast<char*>(stack.sp) - shift, stack.size - shift, stack),
      allocator, [this, &fiber](context::fiber&& outside) {
        fiber.outside = std::move(outside);
        sanitizer::arrive_on_stack(fiber.stack, scheduler_stack_);
        run_threads(fiber);
        return std::move(fiber.outside);
      });
  return fiber;
}

/// From the scheduler into a fiber, until it switches back.
void Executor::enter(Fiber& fiber) {
  current_fiber_ = &fiber;
  if (current_ != nullptr && current_->fiber == &fiber) {
    threadIdx = current_->index;
    sanitizer::switch_identity(current_->identity);
  }
  sanitizer::leave_stack(scheduler_stack_, fiber.stack);
  fiber.inside = std::move(fiber.inside).resume();
  sanitizer::Stack unused;
  sanitizer::arrive_on_stack(scheduler_stack_, unused);
  current_ = nullptr;
}

Thread* Executor::next_fresh() {
  return fresh_ < order_.size() ? &threads_[order_[fresh_++]] : nullptr;
}

/// The life of a fiber: it runs fresh threads while there are any, then waits to be taken again.
void Executor::run_threads(Fiber& fiber) {
  while (!stopping_) {
    while (Thread* thread = next_fresh()) {
      thread->fiber = &fiber;
      current_ = thread;
      threadIdx = thread->index;
      sanitizer::switch_identity(thread->identity);
      run_thread(*thread);
      sanitizer::switch_identity(scheduler_identity_);
      thread->fiber = nullptr;
      if (error_) break;
    }
    idle_.push_back(&fiber);
    sanitizer::leave_stack(fiber.stack, scheduler_stack_);
    fiber.outside = std::move(fiber.outside).resume();
    sanitizer::arrive_on_stack(fiber.stack, scheduler_stack_);
  }
  sanitizer::leave_stack(fiber.stack, scheduler_stack_);
}

void Executor::run_thread(Thread& thread) {
  thread.state = State::running;
  sanitizer::acquire(&launch_start_);
  try {
    kernel_(context_);
    bulk::leave(thread_number());
  } catch (const Abandoned&) {
    // Its launch has failed; somebody else has said why.
  } catch (...) {
    if (!error_) error_ = std::current_exception();
  }
  sanitizer::release(&launch_end_);
  thread.state = State::done;
  const auto linear = static_cast<std::size_t>(&thread - threads_.data());
  departed_lanes_[linear / kWarpSize] |= 1U << linear % kWarpSize;
  ++done_;
}

/// The running thread waits until its state is ready again. `place` is what the threads that meet
/// here order each other by.
void Executor::suspend(void* place) {
  Fiber& fiber = *current_fiber_;
  sanitizer::release(place);
  sanitizer::switch_identity(scheduler_identity_);
  sanitizer::leave_stack(fiber.stack, scheduler_stack_);
  fiber.outside = std::move(fiber.outside).resume();
  sanitizer::arrive_on_stack(fiber.stack, scheduler_stack_);
  if (abandoned_) throw Abandoned{};
  current_->state = State::running;
  sanitizer::acquire(place);
}

void Executor::fail(const std::string& message, const std::source_location& where) {
  throw complaint(message, where, threadIdx);
}

void Executor::wait_until(bool (*ready)(const void*), const void* context,
                          const std::source_location& where) {
  const Quiet quiet;
  if (ready(context)) return;
  current_->state = State::waiting;
  current_->may_go_on = ready;
  current_->may_go_on_context = context;
  current_->where = where;
  suspend(&current_->place);
}

void Executor::block_barrier(const std::source_location& where, bool publishes) {
  const Quiet quiet;
  current_->published = publishes;
  current_->state = State::at_barrier;
  current_->where = where;
  ++at_barrier_;
  suspend(&identity_set_->barrier[current_->rendezvous++ % 2]);
}

std::uint64_t Executor::warp_operation(WarpOperation operation, unsigned mask, std::uint64_t value,
                                       int source, const std::source_location& where) {
  const Quiet quiet;
  Thread& thread = *current_;
  const auto linear = static_cast<std::size_t>(current_ - threads_.data());
  const std::size_t warp = linear / kWarpSize;
  if ((mask >> (linear % kWarpSize) & 1U) == 0) fail("a lane that is not in its own mask", where);
  const std::size_t lanes = std::min<std::size_t>(kWarpSize, threads_.size() - warp * kWarpSize);
  if (lanes < kWarpSize) mask &= (1U << lanes) - 1;
  thread.operation = operation;
  thread.mask = mask;
  thread.in = value;
  thread.source = source;
  thread.where = where;
  thread.state = State::in_warp_operation;
  char* const place = &identity_set_->warp[warp][thread.warp_rendezvous++ % 2];
  if (complete_warp_operation(thread)) {
    thread.state = State::running;
    sanitizer::release(place);
    sanitizer::acquire(place);
  } else {
    suspend(place);
  }
  return thread.out;
}

/// When `thread` is the last lane of its mask to arrive: gives every lane its result.
bool Executor::complete_warp_operation(Thread& thread) {
  const auto linear = static_cast<std::size_t>(&thread - threads_.data());
  const std::size_t number = linear / kWarpSize;
  waiting_lanes_[number] |= 1U << linear % kWarpSize;
  if ((departed_lanes_[number] & thread.mask) != 0) {
    fail(kLaneHasLeft, thread.where);
  }
  if ((waiting_lanes_[number] & thread.mask) != thread.mask) return false;

  Thread* const warp = &threads_[number * kWarpSize];
  const auto in_mask = [&](int lane) { return (thread.mask >> lane & 1U) != 0; };
  std::uint64_t ballot = 0;
  for (int lane = 0; lane < kWarpSize; ++lane) {
    if (!in_mask(lane)) continue;
    const Thread& other = warp[lane];
    if (other.mask != thread.mask || other.operation != thread.operation ||
        other.where.line() != thread.where.line()) {
      fail("lanes of one mask are at different warp operations, the other one is " +
               describe("thread", other.index) + " at " + describe(other.where),
           thread.where);
    }
    if (other.in != 0) ballot |= std::uint64_t{1} << lane;
  }
  waiting_lanes_[number] &= ~thread.mask;
  for (int lane = 0; lane < kWarpSize; ++lane) {
    if (!in_mask(lane)) continue;
    Thread& other = warp[lane];
    other.out = ballot;
    if (other.operation == WarpOperation::exchange) {
      other.out = in_mask(other.source) ? warp[other.source].in : kNoValue;
    }
    other.state = State::ready;
  }
  return true;
}

Executor::~Executor() {
  // Lets every fiber's function return, which frees its stack.
  stopping_ = true;
  for (Fiber* fiber : idle_) {
    current_fiber_ = fiber;
    sanitizer::leave_stack(scheduler_stack_, fiber->stack);
    fiber->inside = std::move(fiber->inside).resume();
    sanitizer::Stack unused;
    sanitizer::arrive_on_stack(scheduler_stack_, unused);
  }
}

}  // namespace

void set_schedule(std::uint64_t seed) { executor().set_schedule(seed); }

void set_multiprocessors(int count) { executor().set_multiprocessors(count); }
int multiprocessors() { return executor().multiprocessors(); }

void choose_blocks(std::function<std::vector<std::uint64_t>(const Grid&)> choose) {
  executor().choose_blocks(std::move(choose));
}

int races_reported() { return sanitizer::races_reported(); }

void seal(const void* start, std::size_t bytes) { sanitizer::seal(start, bytes); }
void unseal(const void* start, std::size_t bytes) { sanitizer::unseal(start, bytes); }

void run(const Grid& grid, void (*thread)(const void*), const void* context,
         const std::source_location& where) {
  executor().run(grid, thread, context, where);
}

void* dynamic_shared_memory() { return executor().shared_memory(); }

void block_barrier(const std::source_location& where, bool publishes) {
  executor().block_barrier(where, publishes);
}

bool has_published() { return executor().has_published(); }

void wait_until(bool (*ready)(const void*), const void* context,
                const std::source_location& where) {
  executor().wait_until(ready, context, where);
}

std::size_t thread_number() { return executor().thread_number(); }

std::uint64_t warp_operation(WarpOperation operation, unsigned mask, std::uint64_t value,
                             int source, const std::source_location& where) {
  return executor().warp_operation(operation, mask, value, source, where);
}

int lane() { return executor().lane(); }

Running running() { return executor().running(); }

void report(const std::string& mistake, const std::source_location& where) {
  executor().fail(mistake, where);
}

void report_misaligned(const std::source_location& where) { report("a misaligned access", where); }

}  // namespace prelu::simt
