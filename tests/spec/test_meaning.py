"""Names of other libraries: each is told what it is called here, or that there is nothing like it."""

import functools
import re
import subprocess
import sys

import pytest

import tfgraph
from tests.spec.goldens import REGISTRY
from tfgraph.spec.elsewhere import TYPES
from tfgraph.spec.meaning import meant_type

#: What the types of Keras are called here; those that differ in case alone, `_` or `-` say so
#: themselves, and of all others there is nothing like them.
KERAS = {
    "layers": (
        "layer",
        {
            "AdaptiveAveragePooling2D": "global_avg_pool",
            "AdaptiveMaxPooling2D": "global_max_pool",
            "AveragePooling2D": "avg_pool",
            "AvgPool2D": "avg_pool",
            "BatchNormalization": "batch_norm",
            "Concatenate": "concat",
            "concatenate": "concat",
            "Convolution2D": "conv2d",
            "GlobalAveragePooling2D": "global_avg_pool",
            "GlobalAvgPool2D": "global_avg_pool",
            "GlobalMaxPool2D": "global_max_pool",
            "GlobalMaxPooling2D": "global_max_pool",
            "LayerNormalization": "layer_norm",
            "MaxPool2D": "max_pool",
            "MaxPooling2D": "max_pool",
            "Permute": "transpose",
            "RNN": "simple_rnn",
        },
    ),
    "activations": ("layer", {"silu": "swish", "linear": "dense"}),
    "optimizers": ("optimizer", {"SGD": "gradient_descent"}),
    "optimizers.schedules": (
        "schedule",
        {
            "CosineDecay": "cosine",
            "ExponentialDecay": "exponential",
            "PiecewiseConstantDecay": "piecewise",
            "PolynomialDecay": "polynomial",
        },
    ),
    "losses": (
        "loss",
        {
            "BinaryCrossentropy": "sigmoid_cross_entropy",
            "CategoricalCrossentropy": "softmax_cross_entropy",
            "SparseCategoricalCrossentropy": "softmax_cross_entropy",
            "binary_crossentropy": "sigmoid_cross_entropy",
            "categorical_crossentropy": "softmax_cross_entropy",
            "sparse_categorical_crossentropy": "softmax_cross_entropy",
            "CosineSimilarity": "cosine",
            "cosine_similarity": "cosine",
            "MeanAbsoluteError": "absolute_error",
            "mean_absolute_error": "absolute_error",
            "MeanSquaredError": "squared_error",
            "mean_squared_error": "squared_error",
        },
    ),
    "metrics": (
        "metric",
        {
            "BinaryAccuracy": "accuracy",
            "CategoricalAccuracy": "accuracy",
            "SparseCategoricalAccuracy": "accuracy",
            "binary_accuracy": "accuracy",
            "categorical_accuracy": "accuracy",
            "sparse_categorical_accuracy": "accuracy",
            "F1Score": "f1",
            "TopKCategoricalAccuracy": "top_k_accuracy",
            "SparseTopKCategoricalAccuracy": "top_k_accuracy",
            "top_k_categorical_accuracy": "top_k_accuracy",
            "sparse_top_k_categorical_accuracy": "top_k_accuracy",
        },
    ),
    "initializers": (
        "initializer",
        {
            "IdentityInitializer": "identity",
            "OrthogonalInitializer": "orthogonal",
            "RandomNormal": "normal",
            "RandomUniform": "uniform",
            "random_normal": "normal",
            "random_uniform": "uniform",
        },
    ),
}
#: What is public in Keras's modules beside types.
NO_TYPES = {"deserialize", "get", "serialize", "legacy", "schedules"}

#: The same for torch.nn and torch.optim, and for what people say.
OTHERS = {
    "layer": {
        "Linear": "dense", "LazyLinear": "dense", "fc": "dense", "BatchNorm2d": "batch_norm",
        "BatchNorm1d": "batch_norm", "LayerNorm": "layer_norm", "MaxPool2d": "max_pool",
        "AvgPool2d": "avg_pool", "AdaptiveAvgPool2d": "global_avg_pool", "SiLU": "swish",
        "LeakyReLU": "leaky_relu", "leaky-relu": "leaky_relu", "LogSoftmax": "log_softmax",
        "Unflatten": "reshape", "batch-norm": "batch_norm", "cat": "concat", "GELU": "gelu",
        "max_pooling": "max_pool", "lstm ": "lstm", "conv": "conv2d",
    },
    "loss": {
        "MSELoss": "squared_error", "mse": "squared_error", "mae": "absolute_error",
        "L1Loss": "absolute_error", "CrossEntropyLoss": "softmax_cross_entropy",
        "cross_entropy": "softmax_cross_entropy", "NLLLoss": "softmax_cross_entropy",
        "nll": "softmax_cross_entropy", "bce": "sigmoid_cross_entropy",
        "BCEWithLogitsLoss": "sigmoid_cross_entropy", "BCELoss": "sigmoid_cross_entropy",
        "KLDivLoss": "kl_divergence", "kld": "kl_divergence", "SmoothL1Loss": "huber",
        "HuberLoss": "huber", "sse": "sum_squared_error",
    },
    "optimizer": {
        "sgd": "gradient_descent", "gd": "gradient_descent", "RMSprop": "rmsprop",
        "NAdam": "nadam", "AdamW": "adamw", "Adam": "adam",
    },
    "metric": {
        "acc": "accuracy", "mse": "mean_squared_error", "mae": "mean_absolute_error",
        "f1_score": "f1", "AUROC": "auc", "topk": "top_k_accuracy",
    },
    "initializer": {
        "HeNormal": "he_normal", "xavier_uniform_": "glorot_uniform",
        "xavier_normal": "glorot_normal", "kaiming_uniform_": "he_uniform",
        "kaiming_normal_": "he_normal", "normal_": "normal", "trunc_normal_": "truncated_normal",
        "eye_": "identity", "zeros_": "zeros", "gaussian": "normal",
    },
    "schedule": {
        "ExponentialLR": "exponential", "CosineAnnealingLR": "cosine", "MultiStepLR": "piecewise",
        "noam": "inverse_sqrt", "linear": "polynomial",
    },
}  # fmt: skip
NOTHING_LIKE = {
    "layer": "Conv3d ConvTranspose2d GroupNorm InstanceNorm2d PReLU Hardswish Hardsigmoid Softsign "
    "Mish GLU Bilinear MultiheadAttention TransformerEncoderLayer PixelShuffle Upsample Dropout2d "
    "AlphaDropout MaxUnpool2d ReLU6 Identity Sequential LSTMCell Softmin EmbeddingBag",
    "optimizer": "Adamax RAdam LBFGS Rprop ASGD SparseAdam Adafactor Lamb Muon",
    "loss": "CTCLoss TripletMarginLoss PoissonNLLLoss GaussianNLLLoss SoftMarginLoss MAPE MSLE Dice",
    "schedule": "ReduceLROnPlateau OneCycleLR CyclicLR LambdaLR StepLR",
}


def meant(word, kind):
    """What is suggested for a word, and the whole help."""
    help = meant_type(word, kind, REGISTRY, ())
    asked = re.match(r"did you mean (.*?)\?", help)
    return re.findall(r"`(\w+)`", asked[1]) if asked else [], help


@functools.cache
def public(module):
    import keras

    found = functools.reduce(getattr, module.split("."), keras)
    return [name for name in dir(found) if name[0] != "_" and name not in NO_TYPES]


@pytest.mark.parametrize("module", KERAS)
def test_every_name_of_keras_leads_to_its_like_here_or_to_nothing(module):
    kind, table = KERAS[module]
    own = {name.replace("_", ""): name for name in REGISTRY.types(kind)}
    wrong = {}
    for word in public(module):
        like = table.get(word) or own.get(word.replace("_", "").lower())
        if word in REGISTRY.types(kind):
            continue
        found, help = meant(word, kind)
        if found != ([like] if like else []) or help.endswith("lists them"):
            wrong[word] = help
    assert wrong == {}


@pytest.mark.parametrize("module", KERAS)
def test_the_tables_name_what_keras_has(module):
    assert set(KERAS[module][1]) <= set(public(module))


@pytest.mark.parametrize(
    ("kind", "word", "like"), [(k, w, like) for k, t in OTHERS.items() for w, like in t.items()]
)
def test_a_name_of_torch_or_of_daily_use_leads_to_its_like_here(kind, word, like):
    assert meant(word, kind)[0] == [like]


@pytest.mark.parametrize(
    ("kind", "word"), [(k, w) for k, words in NOTHING_LIKE.items() for w in words.split()]
)
def test_a_name_that_nothing_here_is_like_leads_to_no_wrong_one(kind, word):
    found, help = meant(word, kind)
    assert found == []
    assert not help.endswith("lists them")


def test_a_name_of_several_leads_to_each():
    assert meant("xavier", "initializer")[0] == ["glorot_normal", "glorot_uniform"]
    assert meant("kaiming", "initializer")[0] == ["he_normal", "he_uniform"]
    assert meant("pool", "layer")[0] == [
        "max_pool",
        "avg_pool",
        "global_max_pool",
        "global_avg_pool",
    ]


def test_a_slip_of_the_pen_in_another_name_leads_to_the_same():
    assert meant("MaxPoling2D", "layer")[0] == ["max_pool"]
    assert meant("binary_crosentropy", "loss")[0] == ["sigmoid_cross_entropy"]


def test_what_is_like_it_and_still_differs_is_told():
    assert meant("bce", "loss")[1] == (
        "did you mean `sigmoid_cross_entropy`? it takes logits, so no `sigmoid` stands before it"
    )
    assert meant("sigmoid_crossentropy", "loss")[1] == "did you mean `sigmoid_cross_entropy`?"


def test_a_type_of_another_kind_is_called_so():
    assert meant("Adam", "layer")[1] == "`adam` is an optimizer"
    assert meant("CategoricalCrossentropy", "metric")[1] == "`softmax_cross_entropy` is a loss"


def test_what_is_said_of_names_elsewhere_names_no_type_that_there_is():
    for kind, said in TYPES.items():
        words = {word.replace("_", "").lower() for names in said.values() for word in names.split()}
        own = {
            name.replace("_", "")
            for name in REGISTRY.types("layer" if kind == "activation" else kind)
        }
        assert not words & own, kind
        if kind != "activation":
            names = {o.lower() for c in REGISTRY.types(kind).values() for o in c.other_names()}
            assert not words & names, kind


def parameters_of(kind):
    return [(c, p) for c in REGISTRY.types(kind).values() for p in c.parameters().values()]


@pytest.mark.parametrize("kind", REGISTRY.kinds())
def test_no_other_name_of_a_parameter_is_a_parameter(kind):
    for component, parameter in parameters_of(kind):
        assert not set(parameter.also) & set(component.parameters()), component


SPEC = "tfgraph: 1\ninputs: {{x: [8, 8, 1]}}\nlayers:\n  - {}\n"
TRAINED = "tfgraph: 1\ndata: linear\nlayers: [scale]\nloss: {}\noptimizer: {}\n"


def problems(text):
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads(text, registry=REGISTRY)
    return [(found.code, found.help) for found in caught.value.diagnostics]


@pytest.mark.parametrize(
    ("layer", "help"),
    [
        ("dense: {filters: 3}", "did you mean `units`? it is required"),
        ("dropout: {p: 0.5}", "did you mean `rate`? it is required"),
        ("embedding: {output_dim: 8}", "did you mean `units`? it is required"),
        ("dense: {Units: 3}", "did you mean `units`? it is required"),
        ("conv2d: {filters: 3, strides: 2}", "did you mean `stride`?"),
        ("conv2d: {filters: 3, use_bias: true}", "did you mean `bias`?"),
        ("conv2d: {filters: 3, kernelSize: 2}", "did you mean `kernel_size`?"),
        ("max_pool: {pool_size: 2}", "did you mean `size`?"),
        ("dense: {units: 3, kernel_initializer: zeros}", "did you mean `init`?"),
        ("dense: {units: 3, bias_initializer: zeros}", "did you mean `bias_init`?"),
        ("dense: {units: 3, kernel_regularizer: l2}", "did you mean `l1` or `l2`?"),
        ("leaky_relu: {alpha: 0.1}", "did you mean `slope`?"),
        ("lstm: {units: 3, return_sequences: true}", "did you mean `sequence`?"),
        (
            "conv2d: {filters: 3, activation: relu}",
            "it is a layer of its own: write `- relu` after it",
        ),
        (
            "dense: {units: 3, input_shape: [4]}",
            "leave it out: the size of the input follows from the layer before it",
        ),
        (
            "dense: {units: 3, trainable: false}",
            "write `freeze: true` beside its type where the weights are to stay",
        ),
        (
            "dense: {units: 3, seed: 1}",
            "leave it out: `train: {seed: …}` gives the seeds of all layers",
        ),
        ("dense: {units: 3, activation: ReLU}", "did you mean `relu`?"),
        (
            "dense: {units: 3, activation: linear}",
            "leave `activation` out: nothing is applied then",
        ),
        ("dense", "like `dense: 128`"),
        ("conv2d: {kernel_size: 5}", "like `conv2d: {filters: 32, kernel_size: 5}`"),
        ("dense: {units: 3, name: hidden}", "write\n- dense: 3\n  name: hidden"),
        (
            "dense: {units: 3, bias: false, name: a, from: [x]}",
            "write\n- dense: {units: 3, bias: false}\n  name: a\n  from: [x]",
        ),
        ("{type: dense, units: 3}", "write `- dense: 3`"),
        ("{class: Dense}", "write `- dense: 128`"),
        ("{class_name: Dense, config: {units: 3, use_bias: true}}", "write `- dense: {units: 3, bias: true}`"),
        ("{layer: dense, units: 3}", "write `- dense: 3`"),
        ("{name: dense, units: 3}", "write `- dense: 3`"),
        ("{type: relu, name: first}", "write\n- relu:\n  name: first"),
        ("{dense: 3, use_bias: true}", "write `dense: {units: 3, bias: true}`"),
        ("frobnicate", "`tfgraph explain layers` lists them"),
    ],
)  # fmt: skip
def test_one_mistake_is_told_once_and_with_what_to_write(layer, help):
    ((_, found),) = problems(SPEC.format(layer))
    assert found == help


def test_two_unknown_parameters_and_one_that_is_missing_are_two_mistakes():
    found = problems(SPEC.format("dense: {foo: 1, bar: 2}"))
    assert found == [("TG203", "`dense` needs `units`, like `dense: 128`")] * 2


def test_a_misspelt_parameter_does_not_stand_for_the_one_that_is_missing():
    found = problems(SPEC.format("dense: {activatoin: relu}"))
    assert found == [("TG204", "like `dense: 128`"), ("TG203", "did you mean `activation`?")]


@pytest.mark.parametrize(
    ("optimizer", "help"),
    [
        ("{adam: {lr: 0.1}}", "did you mean `learning_rate`?"),
        ("{gradient_descent: {lr: 0.1}}", "did you mean `learning_rate`? it is required"),
        ("{adam: {beta_1: 0.9}}", "did you mean `beta1`?"),
        ("{rmsprop: {learning_rate: 0.1, rho: 0.9}}", "did you mean `decay`?"),
        ("{adam: {clipnorm: 1}}", "did you mean `clip_norm`?"),
        (
            "{adam: exponential}",
            "like `exponential: {initial: 0.001, decay_steps: 100, decay_rate: 0.96}`",
        ),
    ],
)
def test_parameters_of_an_optimizer_are_known_by_other_names(optimizer, help):
    ((_, found),) = problems(TRAINED.format("squared_error", optimizer))
    assert found == help


@pytest.mark.parametrize(
    ("section", "help"),
    [
        ("epochs: 5", "write `train: {epochs: 5}`"),
        ("batch_size: 5", "write `train: {batch_size: 5}`"),
        ("fit: {epochs: 3}", "did you mean `train`?"),
        ("model: [relu]", "`layers` is there already: leave one of the two out"),
        ("compile: true", "write `train: {compile: true}`"),
        ("compile: {loss: mse}", "`loss`, `optimizer` and `metrics` are sections of their own"),
        ("lr: 0.1", "write it inside the optimizer: `optimizer: {adam: {learning_rate: 0.1}}`"),
        ("train: {learning_rate: 0.1}", "write it inside the optimizer: `optimizer: {adam: "
         "{learning_rate: 0.1}}`"),
        ("train: {loss: mse}", "`loss` is a section of its own"),
    ],
)  # fmt: skip
def test_a_section_is_known_by_other_names(section, help):
    ((_, found),) = problems(TRAINED.format("squared_error", "{adam: 0.1}") + section + "\n")
    assert found == help


def test_what_belongs_beside_a_block_is_told_to_stand_there():
    blocks = "blocks: {pair: {params: {units: null}, layers: [{dense: $units}]}}\n"
    text = SPEC.format("pair: {units: 3, name: first}") + blocks
    assert problems(text) == [("TG207", "write\n- pair: {units: 3}\n  name: first")]


def test_a_sound_spec_does_not_load_the_names_of_other_libraries():
    code = (
        "import sys, tfgraph; tfgraph.loads(sys.argv[1]);"
        "print('tfgraph.spec.elsewhere' in sys.modules)"
    )
    text = SPEC.format("relu")
    done = subprocess.run(
        [sys.executable, "-c", code, text], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("layer", "helps"),
    [
        (
            "fuly_connected: {unts: 3}",
            ["did you mean `dense`?", "did you mean `units`? it is required"],
        ),
        ("matml: {units: 3, bias: maybe}", ["did you mean `matmul`?", ""]),
        ("Conv2D: {filters: 3, padding: smae}", ["did you mean `conv2d`?", "did you mean `same`?"]),
        ("Dense: {units: 3, activation: rleu}", ["did you mean `dense`?", "did you mean `relu`?"]),
        ("Dropout: 50%", ["did you mean `dropout`?", "write `0.5`"]),
    ],
)
def test_what_stands_below_a_type_that_is_surely_meant_is_told_in_the_same_round(layer, helps):
    assert [help for *_, help in problems(SPEC.format(layer))] == helps


@pytest.mark.parametrize(
    "layer",
    [
        "dnse: {}",
        "lstmm: {nonsense: 3}",
        "pool: {size: many}",
        "attention: {unts: 3}",
        "dense_net: {units: x}",
    ],
)
def test_what_may_be_of_another_type_or_only_missing_is_not(layer):
    assert len(problems(SPEC.format(layer))) == 1
