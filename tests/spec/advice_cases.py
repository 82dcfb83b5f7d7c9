"""Specs that are warned of, with what is said, and specs that somebody may well mean."""

FLAT = "data: {pictures: {flatten: true}}\n"  # 100 of 784 values in ten classes
IMAGES = "data: pictures\n"
LINE = "data: linear\n"
CLASSES = "loss: softmax_cross_entropy\noptimizer: adam\n"
NUMBERS = "loss: squared_error\noptimizer: adam\n"
ANSWER = "inputs: {x: [4], y: {shape: [], dtype: int32, classes: 2}}\n"
VECTORS = "inputs: {x: [4], y: [3]}\n"
TRAIN = "train: {batch_size: 10, epochs: 10}\n"  # 100 steps
ONE_LAYER = f"{FLAT}layers: [{{matmul: 10}}]\nloss: softmax_cross_entropy\n"


def stack(*layers):
    return "layers:\n" + "".join(f"  - {layer}\n" for layer in layers)


def optimized(rate, optimizer="adam", train=TRAIN):
    return f"{ONE_LAYER}optimizer: {{{optimizer}: {{learning_rate: {rate}}}}}\n{train}"


# Each: the code, what it points at, the spec.
FIRES = {
    "a folder that is not there": (
        "TG431",
        "./no",
        f"data: {{pictures: {{flatten: true, folder: ./no}}}}\n{stack('dense: 10')}{CLASSES}",
    ),
    "epochs without a loss": (
        "TG430",
        "10",
        f"inputs: {{x: [4]}}\n{stack('{matmul: 3, name: out}')}train: {{seed: 1, epochs: 10}}\n",
    ),
    "a layer that the outputs do not need": (
        "TG403",
        "tanh",
        f"inputs: {{x: [4]}}\n{stack('{matmul: 3, name: out}', 'tanh')}outputs: [out]\n",
    ),
    "a layer that from: goes past": (
        "TG403",
        "tanh",
        f"inputs: {{x: [4]}}\n{stack('{relu: , name: a}', 'tanh', '{selu: , from: a}')}",
    ),
    "an input of the dataset that is chosen for nothing": (
        "TG404",
        "label",
        f"{IMAGES}inputs: [image, label]\n{stack('{relu: , from: image}')}",
    ),
    "an input declared for nothing": (
        "TG404",
        "y",
        f"inputs: {{x: [4], y: [4]}}\n{stack('{relu: , from: x}')}",
    ),
    "an output without a loss": (
        "TG405",
        "matmul",
        f"{FLAT}{stack('{matmul: 10, name: a}', '{matmul: 3, name: b, from: image}')}"
        "outputs: [a, b]\nloss: {softmax_cross_entropy: , of: a}\noptimizer: adam\n",
    ),
    "nothing to train": ("TG406", "squared_error", f"{LINE}layers: [tanh]\n{NUMBERS}"),
    "a loss of an input": (
        "TG406",
        "squared_error",
        f"{LINE}layers: [scale]\nloss: [squared_error, {{squared_error: , of: x}}]\n"
        "optimizer: adam\n",
    ),
    "a metric twice": (
        "TG407",
        "accuracy",
        f"{ONE_LAYER}optimizer: adam\nmetrics: [accuracy, accuracy]\n",
    ),
    "a loss twice": (
        "TG407",
        "squared_error",
        f"{LINE}layers: [scale]\nloss: [squared_error, squared_error]\noptimizer: adam\n",
    ),
    "softmax before its loss": (
        "TG408",
        "softmax",
        f"{FLAT}{stack('dense: 10', 'softmax')}{CLASSES}",
    ),
    "softmax and shapes before its loss": (
        "TG408",
        "softmax",
        f"{FLAT}{stack('dense: 10', 'softmax', 'reshape: [2, 5]', 'flatten')}{CLASSES}",
    ),
    "sigmoid before softmax": (
        "TG408",
        "sigmoid",
        f"{FLAT}{stack('dense: 10', 'sigmoid')}{CLASSES}",
    ),
    "softmax as the activation of dense": (
        "TG408",
        "softmax",
        f"{FLAT}{stack('dense: {units: 10, activation: softmax}')}{CLASSES}",
    ),
    "sigmoid before its loss": (
        "TG408",
        "sigmoid",
        f"{ANSWER}{stack('{dense: 1, from: x}', 'sigmoid')}"
        "loss: {sigmoid_cross_entropy: , target: y}\noptimizer: adam\n",
    ),
    "relu before softmax": ("TG409", "relu", f"{FLAT}{stack('dense: 10', 'relu')}{CLASSES}"),
    "tanh before softmax": (
        "TG409",
        "tanh",
        f"{FLAT}{stack('dense: {units: 10, activation: tanh}')}{CLASSES}",
    ),
    "a recurrent state before softmax": (
        "TG409",
        "gru",
        f"{IMAGES}{stack('reshape: [28, 28]', 'gru: 10')}{CLASSES}",
    ),
    "elu before a yes or no": (
        "TG409",
        "elu",
        f"{ANSWER}{stack('{dense: 1, from: x}', 'elu')}"
        "loss: {sigmoid_cross_entropy: , target: y}\noptimizer: adam\n",
    ),
    "relu before a margin": (
        "TG409",
        "relu",
        f"{ANSWER}{stack('{dense: 1, from: x}', 'relu')}"
        "loss: {hinge: , target: y}\noptimizer: adam\n",
    ),
    "a divergence of logits": (
        "TG410",
        "kl_divergence",
        f"{VECTORS}{stack('{dense: 3, from: x}')}loss: {{kl_divergence: , target: y}}\noptimizer: adam\n",
    ),
    "a divergence of logarithms": (
        "TG410",
        "kl_divergence",
        f"{VECTORS}{stack('{dense: 3, from: x}', 'log_softmax')}"
        "loss: {kl_divergence: , target: y}\noptimizer: adam\n",
    ),
    "softmax of one value": ("TG411", "softmax", f"inputs: {{x: [4, 1]}}\n{stack('softmax')}"),
    "layer_norm of one value": (
        "TG411",
        "layer_norm",
        f"inputs: {{x: [4]}}\n{stack('dense: 1', 'layer_norm')}",
    ),
    "corrupt of everything": ("TG411", "corrupt", f"inputs: {{x: [4]}}\n{stack('corrupt: 1')}"),
    "cross entropy of one class": (
        "TG411",
        "softmax_cross_entropy",
        f"inputs: {{x: [4], y: {{shape: [], dtype: int32}}}}\n{stack('{dense: 1, from: x}')}"
        "loss: {softmax_cross_entropy: , target: y}\noptimizer: adam\n",
    ),
    "the last layer forgotten": (
        "TG412",
        "softmax_cross_entropy",
        f"{FLAT}{stack('dense: 64')}{CLASSES}",
    ),
    "one logit too many": (
        "TG412",
        "softmax_cross_entropy",
        f"{FLAT}{stack('dense: 11')}{CLASSES}",
    ),
    "accuracy of the digits, of an autoencoder": (
        "TG415",
        "accuracy",
        f"{FLAT}{stack('dense: 784')}loss: {{squared_error: , target: image}}\noptimizer: adam\n"
        "metrics: [accuracy]\n",
    ),
    "accuracy behind a sigmoid too many": (
        "TG408",
        "sigmoid",
        f"{ANSWER}{stack('{dense: {units: 1, activation: sigmoid}, from: x}')}"
        "loss: {sigmoid_cross_entropy: , target: y}\noptimizer: adam\n"
        "metrics: [{accuracy: , target: y}]\n",
    ),
    "a loss of weight 0": (
        "TG413",
        "0",
        f"{FLAT}layers: [{{dense: 10}}]\nloss: {{softmax_cross_entropy: , weight: 0}}\noptimizer: adam\n",
    ),
    "a loss of negative weight": (
        "TG413",
        "-1",
        f"{FLAT}layers: [{{dense: 10}}]\nloss: {{softmax_cross_entropy: , weight: -1}}\noptimizer: adam\n",
    ),
    "dropout last": ("TG414", "dropout", f"{FLAT}{stack('dense: 10', 'dropout: 0.5')}{CLASSES}"),
    "accuracy of a number": (
        "TG415",
        "accuracy",
        f"{LINE}layers: [scale]\n{NUMBERS}metrics: [accuracy]\n",
    ),
    "accuracy of pixels": (
        "TG415",
        "accuracy",
        f"{FLAT}{stack('dense: 784')}loss: {{squared_error: , target: image}}\noptimizer: adam\n"
        "metrics: [{accuracy: , target: image}]\n",
    ),
    "a logit's threshold for a probability": (
        "TG416",
        "accuracy",
        f"{ANSWER}{stack('{dense: 1, from: x, name: logit}', '{sigmoid: , name: yes}')}"
        "outputs: [yes]\nloss: {sigmoid_cross_entropy: , of: logit, target: y}\noptimizer: adam\n"
        "metrics: [{accuracy: , target: y}]\n",
    ),
    "a probability's threshold for a logit": (
        "TG416",
        "f1",
        f"{ANSWER}{stack('{dense: 1, from: x}')}"
        "loss: {sigmoid_cross_entropy: , target: y}\noptimizer: adam\n"
        "metrics: [{f1: {threshold: 0.5}, target: y}]\n",
    ),
    "perplexity of probabilities": (
        "TG416",
        "perplexity",
        f"{FLAT}{stack('{dense: 10, name: logits}', 'softmax')}"
        "loss: {softmax_cross_entropy: , of: logits}\noptimizer: adam\nmetrics: [perplexity]\n",
    ),
    "the error of logits": (
        "TG416",
        "mean_squared_error",
        f"{VECTORS}{stack('{dense: 3, from: x}')}"
        "loss: {softmax_cross_entropy: , target: y}\noptimizer: adam\n"
        "metrics: [{mean_squared_error: , target: y}]\n",
    ),
    "two matrices": ("TG417", "matmul", f"inputs: {{x: [4]}}\n{stack('dense: 5', 'matmul: 3')}"),
    "two matrices with dropout between": (
        "TG417",
        "dense",
        f"inputs: {{x: [4]}}\n{stack('matmul: 5', 'bias', 'dropout: 0.1', 'dense: 3')}",
    ),
    "a convolution and a matrix": (
        "TG417",
        "dense",
        f"{IMAGES}{stack('conv2d: 4', 'flatten', 'dense: 10')}",
    ),
    "two matrices along time": (
        "TG417",
        "dense",
        f"inputs: {{x: [7, 4]}}\n{stack('dense: 5', 'dense: 3')}",
    ),
    "relu twice": ("TG418", "relu", f"inputs: {{x: [4]}}\n{stack('relu', 'dropout: 0.2', 'relu')}"),
    "relu after softplus": ("TG418", "relu", f"inputs: {{x: [4]}}\n{stack('softplus', 'relu')}"),
    "relu6 after sigmoid": (
        "TG418",
        "relu",
        f"inputs: {{x: [4]}}\n{stack('sigmoid', 'relu: {maximum: 6}')}",
    ),
    "softmax twice": (
        "TG419",
        "softmax",
        f"inputs: {{x: [4]}}\n{stack('softmax', 'flatten', 'softmax')}",
    ),
    "softmax of sigmoids": (
        "TG419",
        "softmax",
        f"inputs: {{x: [4]}}\n{stack('sigmoid', 'softmax')}",
    ),
    "a bias before batch_norm": (
        "TG420",
        "true",
        f"inputs: {{x: [4]}}\n{stack('matmul: {units: 5, bias: true}', 'batch_norm')}",
    ),
    "a bias layer before batch_norm": (
        "TG420",
        "bias",
        f"inputs: {{x: [4]}}\n{stack('matmul: 5', 'bias', 'batch_norm')}",
    ),
    "zeros in two layers": (
        "TG421",
        "zeros",
        f"inputs: {{x: [4]}}\n{stack('dense: {units: 5, activation: tanh, init: zeros}', 'dense: {units: 2, init: 0.5}')}",
    ),
    "zeros before a relu": (
        "TG421",
        "zeros",
        f"inputs: {{x: [4]}}\n{stack('matmul: {units: 5, init: zeros}', 'relu', 'matmul: 2')}",
    ),
    "a pool that skips": (
        "TG422",
        "5",
        f"{IMAGES}{stack('max_pool: {size: 2, stride: 5}')}",
    ),
    "a share to keep": ("TG423", "0.95", f"inputs: {{x: [4]}}\n{stack('dropout: 0.95')}"),
    "adam at 10": ("TG424", "10", optimized("10")),
    "descent at 10": ("TG424", "10", optimized("10", "gradient_descent")),
    "descent at 10 for a bare number": (
        "TG424",
        "10",
        f"{LINE}layers: [scale]\nloss: squared_error\noptimizer: {{gradient_descent: 10}}\n",
    ),
    "a schedule that starts at 5": (
        "TG424",
        "5",
        optimized("{cosine: {initial: 5, decay_steps: 100}}", "rmsprop"),
    ),
    "a warm-up beyond training": (
        "TG425",
        "200",
        optimized("{inverse_sqrt: {peak: 0.01, warmup_steps: 200}}"),
    ),
    "a decay to 0 at half of training": (
        "TG426",
        "50",
        optimized("{polynomial: {initial: 0.01, decay_steps: 50}}"),
    ),
    "a last piece of 0": (
        "TG426",
        "[10]",
        optimized("{piecewise: {boundaries: [10], values: [0.01, 0]}}"),
    ),
    "a decay that is not begun": (
        "TG427",
        "5000",
        optimized("{cosine: {initial: 0.01, decay_steps: 5000}}"),
    ),
    "a stair that is not reached": (
        "TG427",
        "100",
        optimized(
            "{exponential: {initial: 0.01, decay_steps: 100, decay_rate: 0.5, staircase: true}}"
        ),
    ),
    "a batch beyond the split": (
        "TG428",
        "101",
        f"{ONE_LAYER}optimizer: adam\ntrain: {{batch_size: 101}}\n",
    ),
    "batch_norm of one": (
        "TG429",
        "batch_norm",
        f"{FLAT}{stack('dense: {units: 5, bias: false}', 'batch_norm', 'relu', 'dense: 10')}{CLASSES}train: {{batch_size: 1}}\n",
    ),
}

SILENT = {
    "a table of words filled up to a multiple of 8": (
        "inputs: {x: [4], word: {shape: [], dtype: int32, classes: 1001}}\n"
        f"{stack('dense: 1008')}loss: {{softmax_cross_entropy: , target: word}}\noptimizer: adam\n"
    ),
    "what prediction depends on, without a loss": f"inputs: {{x: [4]}}\n"
    f"{stack('{matmul: 3, name: out}')}train: {{seed: 1, precision: bfloat16}}\n",
    "a layer that lends its weights": f"inputs: {{x: [4], y: [4]}}\n"
    f"{stack('{dense: 3, name: a, from: x}', '{dense: 3, share: a, from: y}')}",
    "a layer that only a tied decoder uses": f"{FLAT}"
    f"{stack('{matmul: 20, name: e}', '{sigmoid: , name: code}', '{matmul: 20, name: mine, from: image}', '{tied_decoder: e, from: code}')}"
    "outputs: [tied_decoder_1, mine]\n",
    "an output inside the stack": f"inputs: {{x: [4]}}\n{stack('{relu: , name: a}', 'tanh')}outputs: [a, tanh_1]\n",
    "a layer that only a loss is of": f"{FLAT}{stack('{dense: 10, name: logits}', 'softmax')}"
    "outputs: [softmax_1]\nloss: {softmax_cross_entropy: , of: logits}\noptimizer: adam\n",
    "a layer that only a metric is of": f"{FLAT}{stack('{dense: 10, name: logits}', '{softmax: , name: p}')}"
    "outputs: [logits]\nloss: softmax_cross_entropy\noptimizer: adam\nmetrics: [{accuracy: , of: p}]\n",
    "a field of a dataset that is left alone": f"{IMAGES}layers: [relu]\n",
    "an input that only a loss compares with": f"{VECTORS}{stack('{dense: 3, from: x}')}"
    "loss: {squared_error: , target: y}\noptimizer: adam\n",
    "an untrained model without a loss": f"inputs: {{x: [4]}}\n{stack('dense: 3')}",
    "a tower trained through shared weights": "inputs: {a: [4], b: [4], y: [3]}\n"
    f"{stack('{dense: 3, name: t, from: a}', '{dense: 3, share: t, from: b, name: u}')}"
    "outputs: [t, u]\nloss: {squared_error: , of: t, target: y}\noptimizer: adam\n",
    "one metric of two outputs": f"{FLAT}{stack('{dense: 10, name: a}', '{dense: 10, name: b, from: image}')}"
    "outputs: [a, b]\nloss: [{softmax_cross_entropy: , of: a}, {softmax_cross_entropy: , of: b}]\n"
    "optimizer: adam\nmetrics: [{accuracy: , of: a}, {accuracy: , of: b}]\n",
    "one metric of two kinds": f"{ONE_LAYER}optimizer: adam\nmetrics: [{{top_k_accuracy: 2}}, {{top_k_accuracy: 3}}]\n",
    "softmax inside an attention": "inputs: {x: [6, 4], y: {shape: [], dtype: int32, classes: 3}}\n"
    f"{stack('{dense: 1, from: x, name: score}', '{softmax: {axis: 1}, name: w}', '{multiply: , from: [x, w]}', 'flatten', 'dense: 3')}"
    "loss: {softmax_cross_entropy: , target: y}\noptimizer: adam\n",
    "log_softmax before its loss, which is the same": f"{FLAT}{stack('dense: 10', 'log_softmax')}{CLASSES}",
    "sigmoid before squared_error": f"{FLAT}{stack('dense: {units: 784, activation: sigmoid}')}"
    "loss: {squared_error: , target: image}\noptimizer: adam\n",
    "relu and pooling before softmax": f"{IMAGES}{stack('conv2d: 10', 'relu', 'global_avg_pool')}{CLASSES}",
    "leaky_relu before softmax": f"{FLAT}{stack('dense: 10', 'leaky_relu')}{CLASSES}",
    "tanh before a scale": f"{FLAT}{stack('dense: 10', 'tanh', 'scale: 20')}{CLASSES}",
    "tanh before a margin": f"{ANSWER}{stack('{dense: 1, from: x}', 'tanh')}"
    "loss: {hinge: , target: y}\noptimizer: adam\n",
    "relu before squared_error": f"{LINE}{stack('scale', 'relu')}{NUMBERS}",
    "softmax before a divergence": f"{VECTORS}{stack('{dense: 3, from: x}', 'softmax')}"
    "loss: {kl_divergence: , target: y}\noptimizer: adam\n",
    "a loss that is only watched": f"{LINE}layers: [scale]\n"
    "loss: [squared_error, {absolute_error: , weight: 0}]\noptimizer: adam\n",
    "a loss that works against another": f"{LINE}layers: [scale]\n"
    "loss: [squared_error, {absolute_error: , weight: -0.1}]\noptimizer: adam\n",
    "dropout before the last layer": f"{FLAT}{stack('dropout: 0.2', 'dense: 10')}{CLASSES}",
    "accuracy of least squares over a one-hot": f"{VECTORS}{stack('{dense: 3, from: x}')}"
    "loss: {squared_error: , target: y}\noptimizer: adam\nmetrics: [{accuracy: , target: y}]\n",
    "accuracy of a probability fitted to 0 and 1": "inputs: {x: [4], y: [1]}\n"
    f"{stack('{dense: {units: 1, activation: sigmoid}, from: x}')}"
    "loss: {squared_error: , target: y}\noptimizer: adam\n"
    "metrics: [{accuracy: {threshold: 0.5}, target: y}]\n",
    "accuracy of sides with a threshold that is chosen": "inputs: {x: [4], y: [1]}\n"
    f"{stack('{dense: 1, from: x}')}"
    "loss: {squared_error: , target: y}\noptimizer: adam\n"
    "metrics: [{accuracy: {threshold: 0}, target: y}]\n",
    "accuracy of scores with a margin": f"{ANSWER}{stack('{dense: 1, from: x}')}"
    "loss: {hinge: , target: y}\noptimizer: adam\nmetrics: [{accuracy: , target: y}]\n",
    "accuracy of probabilities of several classes": f"{FLAT}{stack('{dense: 10, name: logits}', 'softmax')}"
    "loss: {softmax_cross_entropy: , of: logits}\noptimizer: adam\nmetrics: [accuracy, top_k_accuracy]\n",
    "auc as it takes its scores": f"{ANSWER}{stack('{dense: 1, from: x, name: logit}', '{sigmoid: , name: yes}')}"
    "outputs: [yes]\nloss: {sigmoid_cross_entropy: , of: logit, target: y}\noptimizer: adam\n"
    "metrics: [{auc: , of: logit, target: y}, {auc: {scores: probabilities}, target: y}]\n",
    "a factor of low rank": f"inputs: {{x: [40]}}\n{stack('matmul: 5', 'matmul: 30')}",
    "an activation between": f"inputs: {{x: [4]}}\n{stack('dense: 5', 'gelu', 'dense: 3')}",
    "batch_norm between": f"inputs: {{x: [4]}}\n{stack('matmul: 5', 'batch_norm', 'matmul: 3')}",
    "a linear code that is an output": f"inputs: {{x: [4]}}\n{stack('{dense: 5, name: code}', 'dense: 3')}outputs: [code, dense_1]\n",
    "a separable convolution": f"{IMAGES}{stack('depthwise_conv2d', 'conv2d: {filters: 8, kernel_size: 1}')}",
    "mixing time and features": f"inputs: {{x: [4, 4]}}\n{stack('dense: 4', 'transpose: [2, 1]', 'dense: 4')}",
    "an embedding and a projection": "inputs: {x: {shape: [7], dtype: int32, classes: 50}}\n"
    f"{stack('embedding: 8', 'dense: 16')}",
    "a linear autoencoder with tied weights": f"{FLAT}{stack('{matmul: 800, name: e}', 'tied_decoder: e')}"
    "loss: {squared_error: , target: image}\noptimizer: adam\n",
    "relu of a sum with a relu": f"inputs: {{x: [4]}}\n"
    f"{stack('{relu: , name: a}', '{dense: 4}', '{add: , from: [a, dense_1]}', 'relu')}",
    "relu6 after relu": f"inputs: {{x: [4]}}\n{stack('relu', 'relu: {maximum: 6}')}",
    "relu6 after relu6 and dropout": f"inputs: {{x: [4]}}\n{stack('relu: {maximum: 6}', 'dropout: 0.5', 'relu: {maximum: 6}')}",
    "elu twice": f"inputs: {{x: [4]}}\n{stack('elu', 'elu')}",
    "softmax over one axis and another": f"inputs: {{x: [4, 5]}}\n{stack('softmax', 'softmax: {axis: 1}')}",
    "sigmoid, a tied decoder, sigmoid": f"{FLAT}{stack('{matmul: 20, name: e}', 'sigmoid', 'tied_decoder: e', 'sigmoid')}",
    "the default bias of dense before batch_norm": f"inputs: {{x: [4]}}\n{stack('dense: 5', 'batch_norm')}",
    "a bias before layer_norm": f"inputs: {{x: [4]}}\n{stack('matmul: {units: 5, bias: true}', 'layer_norm')}",
    "a bias before relu before batch_norm": f"inputs: {{x: [4]}}\n"
    f"{stack('matmul: {units: 5, bias: true}', 'relu', 'batch_norm')}",
    "a bias that is used elsewhere too": f"inputs: {{x: [4]}}\n"
    f"{stack('{matmul: {units: 5, bias: true}, name: a}', '{batch_norm: , name: b}')}outputs: [a, b]\n",
    "zeros in one layer": f"{FLAT}{stack('dense: {units: 10, init: zeros}')}{CLASSES}",
    "zeros before tanh": f"inputs: {{x: [4]}}\n{stack('matmul: {units: 5, init: zeros}', 'tanh', 'matmul: 2')}",
    "zeros before dropout breaks them apart": f"inputs: {{x: [4]}}\n"
    f"{stack('dense: {units: 5, activation: tanh, init: ones}', 'dropout: 0.5', 'dense: {units: 2, init: ones}')}",
    "zeros with a bias that is drawn": f"inputs: {{x: [4]}}\n"
    f"{stack('dense: {units: 5, activation: tanh, init: ones, bias_init: normal}', 'dense: {units: 2, init: ones}')}",
    "zeros at the end of a residual branch": f"inputs: {{x: [4]}}\n"
    f"{stack('{dense: 4, name: a}', 'tanh', '{dense: {units: 4, init: zeros}, name: b}', '{add: , from: [a, b]}', 'relu')}",
    "one pixel of every two": f"{IMAGES}{stack('conv2d: {filters: 4, kernel_size: 1, stride: 2}', 'max_pool: {size: 1, stride: 2}')}",
    "patches": f"{IMAGES}{stack('conv2d: {filters: 4, kernel_size: 7, stride: 7}')}",
    "a window over the whole image": f"{IMAGES}{stack('avg_pool: {size: 28, stride: 30}')}",
    "dropout of most": f"inputs: {{x: [4]}}\n{stack('dropout: 0.8', 'corrupt: 0.95')}",
    "adam at 0.1": optimized("0.1"),
    "adam at 1 for numbers": f"{LINE}layers: [scale]\nloss: squared_error\noptimizer: {{adam: 1}}\n",
    "adam with a large epsilon": f"{ONE_LAYER}optimizer: {{adam: {{learning_rate: 2, epsilon: 1}}}}\n",
    "descent at 1": optimized("1", "gradient_descent"),
    "descent at 1 on a line": f"{LINE}layers: [scale]\nloss: squared_error\noptimizer: {{gradient_descent: 1}}\n",
    "descent at 50 on a mean over pixels": f"{FLAT}{stack('dense: 784')}"
    "loss: {squared_error: , target: image}\noptimizer: {gradient_descent: 50}\n",
    "descent at 50 with a small weight": f"{FLAT}layers: [{{dense: 10}}]\n"
    "loss: {softmax_cross_entropy: , weight: 0.01}\noptimizer: {gradient_descent: 50}\n",
    "descent at 50 with clipped gradients": f"{ONE_LAYER}"
    "optimizer: {gradient_descent: {learning_rate: 50, clip_norm: 0.001}}\n",
    "adadelta at 1": optimized("1.0", "adadelta"),
    "a warm-up within training": optimized("{inverse_sqrt: {peak: 0.01, warmup_steps: 90}}"),
    "a decay that ends with training": optimized("{cosine: {initial: 0.01, decay_steps: 100}}"),
    "a decay that ends a little early": optimized("{polynomial: {initial: 0.01, decay_steps: 95}}"),
    "a decay to more than 0": optimized("{cosine: {initial: 0.01, decay_steps: 20, end: 0.001}}"),
    "a decay again and again": optimized(
        "{cosine: {initial: 0.01, decay_steps: 20, restarts: true}}"
    ),
    "a decay that is cut off": optimized("{cosine: {initial: 0.01, decay_steps: 300}}"),
    "a slow decay": optimized("{exponential: {initial: 0.01, decay_steps: 1000, decay_rate: 0.5}}"),
    "a piece that is not reached": optimized(
        "{piecewise: {boundaries: [50, 500], values: [0.01, 0.001, 0.0001]}}"
    ),
    "a schedule of no known length": f"{VECTORS}{stack('{dense: 3, from: x}')}"
    "loss: {squared_error: , target: y}\n"
    "optimizer: {adam: {learning_rate: {cosine: {initial: 0.01, decay_steps: 5}}}}\n",
    "no training at all": optimized(
        "{cosine: {initial: 0.01, decay_steps: 5}}", train="train: {epochs: 0}\n"
    ),
    "the default batch of a small split": f"{ONE_LAYER}optimizer: adam\n",
    "a batch of the whole split": f"{ONE_LAYER}optimizer: adam\ntrain: {{batch_size: 100}}\n",
    "batch_norm of one image": f"{IMAGES}{stack('conv2d: 4', 'batch_norm', 'relu', 'flatten', 'dense: 10')}{CLASSES}train: {{batch_size: 1}}\n",
    "a batch of one without batch_norm": f"{ONE_LAYER}optimizer: adam\ntrain: {{batch_size: 1}}\n",
}
