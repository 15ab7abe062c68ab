/* The C ABI from C: the header is C89, its structs and values are where and what they have always
 * been, and forward and backward compute. What is refused, and how, is in refusals_test.cpp. */
#include <prelu/prelu.h>
#include <stdio.h>
#include <string.h>

static int failures = 0;

static void check(int holds, const char* what) {
  if (holds) return;
  printf("wrong: %s; the last error is \"%s\"\n", what, prelu_last_error());
  ++failures;
}

/* Programs that were compiled against an older header rely on these. */
static void check_layout(void) {
  check(offsetof(prelu_problem, backend) == 4, "offset of problem.backend");
  check(offsetof(prelu_problem, device) == 8, "offset of problem.device");
  check(offsetof(prelu_problem, direction) == 12, "offset of problem.direction");
  check(offsetof(prelu_problem, dtype) == 16, "offset of problem.dtype");
  check(offsetof(prelu_problem, alpha_dtype) == 20, "offset of problem.alpha_dtype");
  check(offsetof(prelu_problem, layout) == 24, "offset of problem.layout");
  check(offsetof(prelu_problem, alpha_mode) == 28, "offset of problem.alpha_mode");
  check(offsetof(prelu_problem, slope_at_zero) == 32, "offset of problem.slope_at_zero");
  check(offsetof(prelu_problem, alpha_update) == 36, "offset of problem.alpha_update");
  check(offsetof(prelu_problem, alignment) == 40, "offset of problem.alignment");
  check(offsetof(prelu_problem, flags) == 44, "offset of problem.flags");
  check(offsetof(prelu_problem, n) == 48, "offset of problem.n");
  check(offsetof(prelu_problem, c) == 56, "offset of problem.c");
  check(offsetof(prelu_problem, spatial) == 64, "offset of problem.spatial");
  check(offsetof(prelu_problem, spatial_shape) == 72, "offset of problem.spatial_shape");
  check(offsetof(prelu_problem, alpha_shape) == 96, "offset of problem.alpha_shape");
  check(sizeof(prelu_problem) == 136, "size of a problem");

  check(offsetof(prelu_operands, reserved) == 4, "offset of operands.reserved");
  check(offsetof(prelu_operands, x) == 8, "offset of operands.x");
  check(offsetof(prelu_operands, alpha) == 16, "offset of operands.alpha");
  check(offsetof(prelu_operands, y) == 24, "offset of operands.y");
  check(offsetof(prelu_operands, dy) == 32, "offset of operands.dy");
  check(offsetof(prelu_operands, dx) == 40, "offset of operands.dx");
  check(offsetof(prelu_operands, dalpha) == 48, "offset of operands.dalpha");
  check(offsetof(prelu_operands, alpha_out) == 56, "offset of operands.alpha_out");
  check(offsetof(prelu_operands, workspace) == 64, "offset of operands.workspace");
  check(offsetof(prelu_operands, workspace_bytes) == 72, "offset of operands.workspace_bytes");
  check(offsetof(prelu_operands, learning_rate) == 80, "offset of operands.learning_rate");
  check(offsetof(prelu_operands, momentum) == 88, "offset of operands.momentum");
  check(sizeof(prelu_operands) == 96, "size of operands");
}

static void check_values(void) {
  check(PRELU_OK == 0 && PRELU_INVALID_ARGUMENT == 1 && PRELU_UNSUPPORTED == 2 &&
            PRELU_OUT_OF_MEMORY == 3 && PRELU_DEVICE_ERROR == 4 && PRELU_INTERNAL_ERROR == 5,
        "values of prelu_status");
  check(PRELU_BACKEND_CPU == 0 && PRELU_BACKEND_CUDA == 1, "values of backend");
  check(PRELU_FORWARD == 0 && PRELU_BACKWARD == 1, "values of direction");
  check(PRELU_DTYPE_OF_X == 0 && PRELU_DTYPE_F16 == 1 && PRELU_DTYPE_BF16 == 2 &&
            PRELU_DTYPE_F32 == 3 && PRELU_DTYPE_F64 == 4,
        "values of dtype");
  check(PRELU_LAYOUT_NCHW == 0 && PRELU_LAYOUT_NHWC == 1, "values of layout");
  check(PRELU_ALPHA_SHARED == 0 && PRELU_ALPHA_PER_CHANNEL == 1 && PRELU_ALPHA_PER_ELEMENT == 2 &&
            PRELU_ALPHA_BROADCAST == 3,
        "values of alpha_mode");
  check(PRELU_SLOPE_AT_ZERO_ONE == 0 && PRELU_SLOPE_AT_ZERO_ALPHA == 1 &&
            PRELU_SLOPE_AT_ZERO_ZERO == 2,
        "values of slope_at_zero");
  check(PRELU_UPDATE_GRADIENT == 0 && PRELU_UPDATE_FROZEN == 1 && PRELU_UPDATE_SGD == 2,
        "values of alpha_update");
  check(PRELU_FLAG_IN_PLACE == 1 && PRELU_FLAG_ACCUMULATE == 2 && PRELU_FLAG_DETERMINISTIC == 4,
        "values of flags");
}

/* One sample of two channels of two elements, one slope a channel. */
static const float x[4] = {-1.0F, 2.0F, -3.0F, 4.0F};
static const float alpha[2] = {0.5F, 0.25F};

static prelu_problem problem_of(int32_t direction) {
  prelu_problem problem = {0};
  problem.struct_size = sizeof(problem);
  problem.direction = direction;
  problem.dtype = PRELU_DTYPE_F32;
  problem.alpha_mode = PRELU_ALPHA_PER_CHANNEL;
  problem.n = 1;
  problem.c = 2;
  problem.spatial = 2;
  return problem;
}

static void check_forward(void) {
  const float expected[4] = {-0.5F, 2.0F, -0.75F, 4.0F};
  const prelu_problem problem = problem_of(PRELU_FORWARD);
  prelu_operands operands = {0};
  prelu_plan* plan = NULL;
  float y[4] = {0};

  check(prelu_plan_create(&problem, &plan) == PRELU_OK, "a plan of forward");
  check(prelu_plan_workspace_bytes(plan) == 0, "forward needs no workspace");
  operands.struct_size = sizeof(operands);
  operands.x = x;
  operands.alpha = alpha;
  operands.y = y;
  check(prelu_plan_run(plan, &operands, NULL) == PRELU_OK, "forward");
  check(memcmp(y, expected, sizeof(y)) == 0, "y");
  check(strncmp(prelu_plan_variant_name(plan), "cpu/forward", 11) == 0, "forward's variant");
  prelu_plan_destroy(plan);
}

static void check_backward(void) {
  const float dy[4] = {8.0F, 8.0F, 16.0F, 16.0F};
  const float expected_dx[4] = {4.0F, 8.0F, 4.0F, 16.0F};
  const float expected_dalpha[2] = {-8.0F, -48.0F};
  const prelu_problem problem = problem_of(PRELU_BACKWARD);
  /* Somewhere in here 256-byte aligned memory begins. */
  static char memory[16384];
  prelu_operands operands = {0};
  prelu_plan* plan = NULL;
  float dx[4] = {0};
  float dalpha[2] = {0};

  check(prelu_plan_create(&problem, &plan) == PRELU_OK, "a plan of backward");
  operands.struct_size = sizeof(operands);
  operands.x = x;
  operands.alpha = alpha;
  operands.dy = dy;
  operands.dx = dx;
  operands.dalpha = dalpha;
  operands.workspace = memory + (256 - (uintptr_t)memory % 256) % 256;
  operands.workspace_bytes = sizeof(memory) - 256;
  check(prelu_plan_zeroed_workspace_bytes(plan) <= prelu_plan_workspace_bytes(plan),
        "what must be zero is a part of the workspace");
  check(prelu_plan_run(plan, &operands, NULL) == PRELU_OK, "backward");
  check(memcmp(dx, expected_dx, sizeof(dx)) == 0, "dx");
  check(memcmp(dalpha, expected_dalpha, sizeof(dalpha)) == 0, "dalpha");
  prelu_plan_destroy(plan);
}

static void check_an_error(void) {
  prelu_problem problem = problem_of(PRELU_FORWARD);
  prelu_plan* plan = NULL;
  problem.layout = 7;
  check(prelu_plan_create(&problem, &plan) == PRELU_INVALID_ARGUMENT, "a layout that is none");
  check(plan == NULL, "no plan after an error");
  check(strcmp(prelu_last_error(), "prelu: problem.layout is 7; it must be 0 to 1") == 0,
        "what the error says");
}

int main(void) {
  check_layout();
  check_values();
  check_forward();
  check_backward();
  check_an_error();
  if (failures == 0) printf("prelu %s: all right\n", prelu_version());
  return failures != 0;
}
