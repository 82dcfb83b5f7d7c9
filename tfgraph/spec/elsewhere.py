"""Elsewhere: names that other libraries have for what is written in another way here, or not at all.

What a component is called elsewhere is declared with the component (`also_known_as`, `also`). Here
stands what no one component answers to. The module is imported only once a name is unknown.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from tfgraph.words import folded

BETTER = "leave it out: each metric knows whether more of it is better"
NONE = "tfgraph has none; a plugin can add it: `tfgraph explain plugins`"

SCHEDULE = "write it as the learning rate, like `learning_rate: {cosine: {initial: 0.1, decay_steps: 1000}}`"

#: By kind of component: what is said, and the names that it is said of.
TYPES: dict[str, dict[str, str]] = {
    "layer": {
        "an activation is an entry of its own: write `- relu`": "Activation",
        "write `- relu: {maximum: 6}`": "ReLU6",
        "leave it out: a layer that changes nothing is not needed": "Identity None",
        "declare it in the section `inputs`": "Input InputLayer InputSpec",
        "leave it out: `layers` is the list of its layers": "Sequential Model Functional Module "
        "ModuleList",
        "write `bidirectional: true` inside the recurrent layer": "Bidirectional",
        "leave it out: `dense` and `matmul` work on the last axis, whatever stands before it": ""
        "TimeDistributed",
        "`lstm` takes all steps of a sequence": "LSTMCell",
        "`gru` takes all steps of a sequence": "GRUCell",
        "`simple_rnn` takes all steps of a sequence": "SimpleRNNCell RNNCell RNNBase",
        "write one recurrent layer after the other, with `sequence: true` inside all but the "
        "last": "StackedRNNCells",
        "write `- depthwise_conv2d`, and `- conv2d: {filters: …, kernel_size: 1}` after it": ""
        "SeparableConv2D SeparableConvolution2D",
        "there is none; `tied_decoder` goes back through the kernel of another layer": ""
        "Conv2DTranspose Convolution2DTranspose ConvTranspose2d Deconv Deconv2D Deconvolution2D",
        "reshape to [1, width, channels] and use `conv2d` with `kernel_size: [1, 3]`": ""
        "Conv1D Convolution1D",
        "reshape to [1, width, channels] and use `max_pool` with `size: [1, 2]`": ""
        "MaxPool1D MaxPooling1D",
        "reshape to [1, width, channels] and use `avg_pool` with `size: [1, 2]`": ""
        "AvgPool1D AveragePooling1D",
        "reshape to [1, width, channels] and use `global_max_pool`": ""
        "GlobalMaxPool1D GlobalMaxPooling1D AdaptiveMaxPool1d",
        "reshape to [1, width, channels] and use `global_avg_pool`": ""
        "GlobalAvgPool1D GlobalAveragePooling1D AdaptiveAvgPool1d",
        "write `padding: same` inside the layer that follows": ""
        "ZeroPadding1D ZeroPadding2D ZeroPadding3D ZeroPad1d ZeroPad2d ZeroPad3d",
        "a spec holds no code; a plugin adds layers: `tfgraph explain plugins`": "Lambda Layer",
        "`l1` and `l2` inside a layer penalise its kernel": "ActivityRegularization",
        NONE: """
            AdditiveAttention Attention MultiHeadAttention GroupQueryAttention
            GroupedQueryAttention MultiheadAttention ScaledDotProductAttention Transformer
            TransformerEncoder TransformerEncoderLayer TransformerDecoder TransformerDecoderLayer
            AlphaDropout FeatureAlphaDropout GaussianDropout SpatialDropout1D SpatialDropout2D
            SpatialDropout3D Dropout1d Dropout2d Dropout3d Conv3D Convolution3D Conv1DTranspose
            Convolution1DTranspose Conv3DTranspose Convolution3DTranspose ConvTranspose1d
            ConvTranspose3d DepthwiseConv1D SeparableConv1D SeparableConvolution1D ConvLSTM1D
            ConvLSTM2D ConvLSTM3D LocallyConnected1D LocallyConnected2D EinsumDense Bilinear
            MaxPool3D MaxPooling3D AvgPool3D AveragePooling3D GlobalMaxPool3D GlobalMaxPooling3D
            GlobalAvgPool3D GlobalAveragePooling3D AdaptiveAvgPool3d AdaptiveMaxPool3d
            AdaptiveAveragePooling1D AdaptiveAveragePooling3D AdaptiveMaxPooling1D
            AdaptiveMaxPooling3D FractionalMaxPool2d FractionalMaxPool3d LPPool1d LPPool2d
            LPPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d Cropping1D Cropping2D Cropping3D
            CenterCrop RandomCrop UpSampling1D UpSampling2D UpSampling3D Upsample
            UpsamplingBilinear2d UpsamplingNearest2d PixelShuffle PixelUnshuffle ChannelShuffle
            Fold Unfold Resizing Rescaling RepeatVector Masking ReflectionPad1d ReflectionPad2d
            ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d ConstantPad1d
            ConstantPad2d ConstantPad3d CircularPad1d CircularPad2d CircularPad3d Dot Maximum
            Minimum CosineSimilarity PairwiseDistance EmbeddingBag GroupNormalization GroupNorm
            InstanceNorm1d InstanceNorm2d InstanceNorm3d RMSNormalization RMSNorm
            LocalResponseNorm CrossMapLRN2d SyncBatchNorm UnitNormalization Normalization
            SpectralNormalization PReLU RReLU ThresholdedReLU Threshold CELU GLU Hardshrink
            Hardsigmoid Hard_sigmoid Hardswish Hard_swish Hard_silu Hardtanh Hard_tanh Hard_shrink
            LogSigmoid Log_sigmoid Mish Softmin Softshrink Soft_shrink Softsign Softmax2d
            Sparsemax Sparse_plus Sparse_sigmoid Squareplus Tanhshrink Tanh_shrink Exponential
            AdaptiveLogSoftmaxWithLoss AugMix AutoContrast CategoryEncoding
            ContrastLimitedAdaptiveHistogramEqualization CutMix Discretization Equalization Flax
            FlaxLayer Hashing HashedCrossing IntegerLookup JaxLayer MaxNumBoundingBoxes
            MelSpectrogram MixUp Pipeline RandAugment RandomBrightness RandomColorDegeneration
            RandomColorJitter RandomContrast RandomElasticTransform RandomErasing RandomFlip
            RandomGaussianBlur RandomGrayscale RandomHeight RandomHue RandomInvert
            RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness
            RandomShear RandomTranslation RandomWidth RandomZoom ReversibleEmbedding Solarization
            STFTSpectrogram StringLookup TextVectorization TFSMLayer TorchModuleWrapper Wrapper
        """,
    },
    # A layer that another one holds as its activation.
    "activation": {"leave `activation` out: nothing is applied then": "Linear Identity None"},
    "optimizer": {
        "write `{gradient_descent: {learning_rate: 0.01, momentum: 0.9}}`": "Momentum",
        "write `{gradient_descent: {learning_rate: 0.01, momentum: 0.9, nesterov: true}}`": ""
        "Nesterov NAG NesterovMomentum",
        "write `{adam: {amsgrad: true}}`": "AMSGrad",
        NONE: """
            Adafactor Adamax ASGD LBFGS LARS LAMB LossScaleOptimizer MultiOptimizer OptimizerMap
            ScheduleFreeAdamW Muon RAdam Rprop SparseAdam Optimizer
        """,
    },
    "schedule": {
        "write `cosine: {initial: 0.1, decay_steps: 1000, restarts: true}`": ""
        "CosineDecayRestarts CosineAnnealingWarmRestarts CosineRestarts SGDR",
        "write `exponential: {initial: 0.1, decay_steps: 1000, decay_rate: 0.1, staircase: true}`": ""
        "Step StepLR StepDecay",
        "`cosine` and `inverse_sqrt` have `warmup_steps`": "Warmup WarmUp LinearWarmup",
        NONE: """
            InverseTimeDecay ReduceLROnPlateau OneCycleLR OneCycle CyclicLR Cyclic LambdaLR
            MultiplicativeLR ConstantLR ChainedScheduler SequentialLR LearningRateSchedule
        """,
    },
    "loss": {
        NONE: """
            BinaryFocalCrossentropy CategoricalFocalCrossentropy
            CategoricalGeneralizedCrossEntropy FocalLoss Focal CTC CTCLoss CategoricalHinge Circle
            Dice DiceLoss LogCosh MeanAbsolutePercentageError MAPE MeanSquaredLogarithmicError
            MSLE Poisson SquaredHinge Tversky PoissonNLLLoss GaussianNLLLoss MarginRankingLoss
            MultiMarginLoss MultiLabelMarginLoss HingeEmbeddingLoss SoftMarginLoss
            CosineEmbeddingLoss TripletMarginLoss TripletMarginWithDistanceLoss TripletLoss RMSE
            RootMeanSquaredError Loss
        """,
    },
    "metric": {
        "leave it out: the loss is reported beside the metrics": "Loss",
        NONE: """
            FBetaScore BinaryFocalCrossentropy CategoricalFocalCrossentropy BinaryIoU IoU MeanIoU
            OneHotIoU OneHotMeanIoU R2Score Mean MeanMetricWrapper Sum Metric RootMeanSquaredError
            RMSE MeanAbsolutePercentageError MAPE MeanSquaredLogarithmicError MSLE LogCoshError
            LogCosh Poisson CategoricalHinge SquaredHinge TruePositives TrueNegatives
            FalsePositives FalseNegatives PrecisionAtRecall RecallAtPrecision
            SensitivityAtSpecificity SpecificityAtSensitivity Specificity ConcordanceCorrelation
            PearsonCorrelation BalancedAccuracy ConfusionMatrix
        """,
    },
    "dataset": {
        "`data` takes a dataset by its type; a plugin reads files (`tfgraph explain plugins`), and "
        "Python gives arrays: `tfgraph.train(spec, data=…)`": "train training test testing val "
        "valid validation dev train_data test_data validation_data x y x_train y_train x_test "
        "y_test inputs targets features labels input output path file files filename folder root "
        "directory dir url source csv tsv json jsonl parquet npy npz numpy array arrays hdf5 h5 "
        "tfrecord tfrecords pickle image_folder ImageFolder image_dataset_from_directory "
        "TensorDataset DataLoader split splits",
        NONE: "cifar cifar10 cifar100 fashion_mnist FashionMNIST KMNIST EMNIST QMNIST SVHN STL10 "
        "imagenet coco celeba imdb reuters boston_housing california_housing iris digits",
    },
    "initializer": {
        "`glorot_uniform`, `he_normal` and `lecun_normal` are its usual forms": "VarianceScaling",
        NONE: "Dirac Sparse STFT STFTInitializer Initializer",
    },
}

#: By kind, or group of parameters, the same for parameters; `{value}` is what is given.
PARAMETERS: dict[str, dict[str, str]] = {
    "layer": {
        "leave it out: the size of the input follows from the layer before it": ""
        "input_shape batch_input_shape input_dim input_size in_features in_channels num_features "
        "normalized_shape input_length batch_shape",
        "leave it out: a layer has the dtype of its input": "dtype",
        "write `freeze: true` beside its type where the weights are to stay": ""
        "trainable requires_grad",
        "leave it out: images are [height, width, channels]": "data_format",
        "leave it out: the batch comes first": "batch_first time_major",
        "leave it out: `train: {seed: …}` gives the seeds of all layers": "seed",
        "leave it out: only kernels are penalised, by `l1` and `l2`": ""
        "bias_regularizer activity_regularizer recurrent_regularizer embeddings_regularizer "
        "beta_regularizer gamma_regularizer",
        "leave it out: there are no constraints on weights": ""
        "kernel_constraint bias_constraint recurrent_constraint embeddings_constraint "
        "depthwise_constraint beta_constraint gamma_constraint",
        "`rate` is the share that is dropped, not the one that is kept": ""
        "keep_prob keep_probability keep_rate retain_prob",
        "write it once for each layer, with `sequence: true` inside all but the last": "num_layers",
    },
    "loss": {
        "leave it out: cross entropies take logits": "from_logits",
        "leave it out: each loss says how it sums up, see `tfgraph explain loss`": ""
        "reduction size_average reduce",
    },
    "optimizer": {
        "`adamw` and `lion` have it; `l2` inside a layer penalises its kernel": "weight_decay",
        "a schedule makes the learning rate fall: `learning_rate: {exponential: …}`": ""
        "decay lr_decay",
    },
    "train": {
        "it stands beside the type of the loss: `class_weights: {value}`": ""
        "class_weight class_weights",
        "it stands beside the type of the loss, and names a field of the data": ""
        "sample_weight sample_weights",
        "leave it out: TensorFlow takes the devices that it finds": "device devices accelerator gpus "
        "gpu use_gpu cuda",
        "leave it out: the command names the directory, `tfgraph train --run DIR`": "log_dir logdir "
        "output_dir out_dir save_dir run_dir checkpoint_dir default_root_dir",
        "leave it out: what is loaded stays in memory": "num_workers workers prefetch pin_memory "
        "use_multiprocessing",
        "write `early_stopping` and `checkpoint` for what ends and saves a training": "callbacks",
        "the dataset says which examples are for validation": "validation_split validation_data",
        "leave it out: the command line says what is shown of a training": "verbose",
        SCHEDULE: "schedule scheduler lr_scheduler learning_rate_schedule",
    },
    "dataset": {
        "leave it out: training takes the split `train`, and evaluation the others": "split splits "
        "subset train",
        "leave it out: a dataset gives its values as its page says": "normalize normalise rescale "
        "scale standardize transform transforms",
        "leave it out: a dataset is in its package, or where a path leads": "download",
    },
    "early_stopping": {BETTER: "mode"},
    "checkpoint": {BETTER: "mode"},
}

#: The layers that parameters of layers are, elsewhere, in the order in which they follow.
FOLLOWING: dict[str, str] = {
    "{value}": "activation act nonlinearity",
    "dropout: {value}": "dropout recurrent_dropout",
}

SECTIONS: dict[str, str] = {
    "`loss`, `optimizer` and `metrics` are sections of their own": "compile",
    "write `data` for a dataset, or `inputs` for names and shapes": "input_features",
    "the last of the `layers` is the output, and `loss` names what it is compared with": ""
    "output_features",
    SCHEDULE: "schedule scheduler lr_scheduler learning_rate_schedule",
    "write `weight` beside the type of a loss": "loss_weights loss_weight",
    "write `early_stopping` and `checkpoint` inside `train`": "callbacks",
    "write its layers in `layers`, each after the one it takes": ""
    "encoder decoder backbone head combiner",
}

#: What other tools call dtypes.
DTYPES: dict[str, str] = {
    "int32": "int integer",
    "int64": "long",
    "uint8": "byte",
    "bool": "boolean",
    "float16": "half fp16 mixed_float16",
    "bfloat16": "bf16 mixed_bfloat16",
    "float32": "float single real number numerical fp32",
    "float64": "double fp64",
}
NO_TEXT = "a model takes numbers: give each word a number, and write `int32`"


def missing_type(word: str, kind: str, inner: bool = False) -> str:
    """What is to be written for a type of another library that there is not; nothing if unknown."""
    found = _folded(*TYPES.get(kind, {}).items())
    if kind == "layer" and inner:
        found = {**found, **_folded(*TYPES["activation"].items())}
    return found.get(folded(word), "")


def missing_parameter(word: str, kind: str, value: str) -> str:
    """The same for a parameter of a kind of component."""
    if kind == "layer" and (layer := following(word, value)):
        return f"it is a layer of its own: write `- {layer}` after it"
    found = _folded(*PARAMETERS.get(kind, {}).items())
    if folded(word).startswith("classweight") and value[:1] not in "[{":
        value = '{"0": 2}'  # a word such as `balanced` is no factors
    return found.get(folded(word), "").replace("{value}", value)


def following(word: str, value: str) -> str:
    """The layer that a parameter of a layer is elsewhere; nothing if it is none."""
    return _folded(*FOLLOWING.items()).get(folded(word), "").replace("{value}", value)


def missing_section(word: str) -> str:
    """The same for a section."""
    return _folded(*SECTIONS.items()).get(folded(word), "")


def missing_dtype(word: object) -> str:
    """The dtype that a word means elsewhere, or what to do with text; nothing if unknown."""
    names = _folded((NO_TEXT, "string str text object category"), *DTYPES.items())
    return names.get(folded(word), "") if isinstance(word, str) else ""


def missing_choice(value: object, choices: Collection[object]) -> str:
    """Help on a value that is none of some choices, and another name or form of one of them."""
    if (dtype := missing_dtype(value)) in choices:
        return f"write `{dtype}`"
    sizes = value if isinstance(value, list) else [value]
    if "same" in choices and sizes and all(type(size) is int for size in sizes):
        return f"write `{'same' if any(sizes) else 'valid'}`: the kernel says how much"
    return ""


@cache
def _folded(*said: tuple[str, str]) -> dict[str, str]:
    return {folded(name): help for help, names in said for name in names.split()}
