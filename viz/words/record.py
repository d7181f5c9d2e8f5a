"""Sentences of recordings: capturing them, keeping them on disk, reading them back."""

WORDS = {
    # files
    "store.missing": (
        "There is no file {path}; check the path and its spelling.",
        "文件 {path} 不存在；请检查路径和文件名。",
    ),
    "store.folder": (
        "{path} is not a plain file; give the path of a file.",
        "{path} 不是普通文件；请给出一个文件的路径。",
    ),
    "store.unreadable": (
        "{path} cannot be read ({reason}); check its permissions.",
        "无法读取 {path}（{reason}）；请检查访问权限。",
    ),
    "store.foreign": (
        "{path} was not written by viz; give a file that Recording.save made.",
        "{path} 不是 viz 写出的文件；请使用由 Recording.save 保存的文件。",
    ),
    "store.damaged": (
        "{path} is damaged or cut short; save or copy it again.",
        "{path} 已损坏或不完整；请重新保存或重新复制该文件。",
    ),
    "store.too_big": (
        "{path} has {size}, more than the limit of {limit}; raise limit_bytes if you trust the file.",
        "{path} 大小为 {size}，超过上限 {limit}；若信任该文件，可调大 limit_bytes。",
    ),
    "store.other_type": (
        "{path} holds a {found}, not a {wanted}; give a file that holds a {wanted}.",
        "{path} 中保存的是 {found}，而不是 {wanted}；请给出保存了 {wanted} 的文件。",
    ),
    "store.fields": (
        "{path}: the stored {type} has other fields than this version's; compute and save it again.",
        "{path}：所存 {type} 的字段与当前版本不一致；请重新计算并保存。",
    ),
    "store.unwritable": (
        "{path} cannot be written ({reason}); check the folder, its permissions and the free space.",
        "无法写入 {path}（{reason}）；请检查文件夹、访问权限和剩余空间。",
    ),
    "store.array": (
        "{name} is {found}, which cannot be stored; use a plain numpy array of bools, integers or floats up to 64 bits.",
        "{name} 是 {found}，无法存储；请使用布尔、整数或不超过 64 位浮点数的普通 numpy 数组。",
    ),
    "store.array_name": (
        "An array cannot be stored under the name {name!r}; choose another name.",
        "数组不能以 {name!r} 为名存储；请换一个名字。",
    ),
    "store.meta": (
        "The metadata cannot be written as JSON ({reason}); keep it to text, numbers, lists and dicts.",
        "元数据无法写成 JSON（{reason}）；请只使用文本、数、列表和字典。",
    ),
    "store.meta_size": (
        "The metadata takes {size}, more than the {limit} a file can hold; put long lists into arrays.",
        "元数据大小为 {size}，超过文件可容纳的 {limit}；请把长列表改存为数组。",
    ),
    "store.value": (
        "{where} is of type {found}, which cannot be stored; use arrays, numbers, text, None, tuples, lists, "
        "dicts with text keys, or dataclasses named in the field's annotation.",
        "{where} 的类型是 {found}，无法存储；请使用数组、数、文本、None、元组、列表、以文本为键的字典，"
        "或在字段注解中写明的数据类。",
    ),
    # Recording
    "record.steps": (
        "A recording needs steps as whole numbers, at least one, each larger than the one before; got {found}.",
        "记录的步数须为整数，至少一个，且逐个增大；实际为 {found}。",
    ),
    "record.rows": (
        "{part} {name!r} has shape {shape}, but its first length must be {steps}, one row per recorded step.",
        "{part} {name!r} 的形状为 {shape}，但首个维度必须是 {steps}，即每个记录步对应一行。",
    ),
    "record.scalars": (
        "{part} {name!r} has shape {shape}, but must be ({steps},), one number per recorded step.",
        "{part} {name!r} 的形状为 {shape}，但必须是 ({steps},)，即每个记录步对应一个数。",
    ),
    "record.points": (
        "activations {name!r} has shape {shape}, but its second length must be {points}, one row per probe sample.",
        "activations {name!r} 的形状为 {shape}，但第二个维度必须是 {points}，即每个探测样本对应一行。",
    ),
    "record.kind": (
        "{part} {name!r} holds {found}; a recording holds numbers only.",
        "{part} {name!r} 中是 {found}；记录只能保存数。",
    ),
    "record.layers": (
        'meta["layers"] of a recording must be a list of dicts with "name" and "kind" as text.',
        '记录的 meta["layers"] 必须是字典列表，且每个字典都有文本 "name" 和 "kind"。',
    ),
    "record.no_step": (
        "Step {step} was not recorded; the nearest one is {nearest} (recorded: {first} … {last}, {count} steps).",
        "第 {step} 步没有记录；最接近的是第 {nearest} 步（已记录：{first} … {last}，共 {count} 步）。",
    ),
    # Recorder
    "record.model": (
        "Recorder takes a torch.nn.Module, not {found}; pass the model itself.",
        "Recorder 需要 torch.nn.Module，而不是 {found}；请传入模型本身。",
    ),
    "record.script": (
        "Recorder cannot look into {layer}, which is TorchScript; record the module that it was made from.",
        "Recorder 无法观察 TorchScript 模块 {layer}；请改为记录生成它的原模块。",
    ),
    "record.every": (
        "Recorder(every={every!r}) is not a step count; give a whole number from 1 up.",
        "Recorder(every={every!r}) 不是有效的步数；请给出不小于 1 的整数。",
    ),
    "record.limit_value": (
        "Recorder(limit={limit!r}) is not a size; give a number of bytes above 0.",
        "Recorder(limit={limit!r}) 不是有效的大小；请给出大于 0 的字节数。",
    ),
    "record.limit": (
        "One recorded step takes {size}, so not even three fit into the limit of {limit}; "
        "name fewer layers in activations=, use a smaller probe, or raise limit=.",
        "每个记录步需要 {size}，上限 {limit} 连三步都容纳不下；请在 activations= 中少列几层、缩小探测数据，或调大 limit=。",
    ),
    "record.thinned": (
        "The recording reached its limit of {limit}: from step {step} on only every {every}th step is kept, "
        "earlier ones likewise; raise limit= to keep more.",
        "记录已达到上限 {limit}：从第 {step} 步起只保留每 {every} 步一次，之前的也同样稀疏化；如需保留更多，请调大 limit=。",
    ),
    "record.lazy": (
        "Parameter {name!r} has no values yet; run the model once on a batch before recording.",
        "参数 {name!r} 尚未初始化；请先用一批数据运行一次模型，再开始记录。",
    ),
    "record.not_inside": (
        "rec.step() was called outside of the recorder's with-block; write `with Recorder(…) as rec:` around the loop.",
        "rec.step() 在记录器的 with 代码块之外被调用；请用 `with Recorder(…) as rec:` 包住训练循环。",
    ),
    "record.not_started": (
        "The recorder has not recorded anything yet; read rec.recording in or after its with-block.",
        "记录器尚未记录任何内容；请在 with 代码块内或其后读取 rec.recording。",
    ),
    "record.used": (
        "This recorder was used before; make a new Recorder for every with-block.",
        "该记录器已使用过；请为每个 with 代码块新建一个 Recorder。",
    ),
    "record.scalar": (
        "rec.step({name}=…) takes one real number, not {found}; pass for example {name}.mean().",
        "rec.step({name}=…) 需要一个实数，而不是 {found}；例如可传入 {name}.mean()。",
    ),
    "record.no_probe": (
        "Recorder(activations=…) names layers but has no probe; give the samples to look at as probe=.",
        "Recorder(activations=…) 指定了层，却没有探测数据；请用 probe= 给出要观察的样本。",
    ),
    "record.activations": (
        "Recorder(activations={found!r}) is not a list of layer names; give True, False or names such as [{example!r}].",
        "Recorder(activations={found!r}) 不是层名列表；请给出 True、False 或层名，例如 [{example!r}]。",
    ),
    "record.probe_kind": (
        "The probe holds {found}, not numbers; give an array or tensor of shape (samples, …).",
        "探测数据中是 {found} 而不是数；请给出形状为（样本数，…）的数组或张量。",
    ),
    "record.probe_empty": (
        "The probe of shape {shape} holds no samples; give an array or tensor of shape (samples, …).",
        "形状为 {shape} 的探测数据不含任何样本；请给出形状为（样本数，…）的数组或张量。",
    ),
    "record.probe_finite": (
        "The probe of shape {shape} holds {count} values that are NaN or infinite, the first at {where}; remove them.",
        "形状为 {shape} 的探测数据中有 {count} 个 NaN 或无穷大的值，第一个位于 {where}；请将其去掉。",
    ),
    "record.probe_shape": (
        "The model cannot take the probe of shape {shape}: layer {layer} wants {wanted} but gets {given}; "
        "give samples of the shape the model is trained on.",
        "模型无法接受形状为 {shape} 的探测数据：层 {layer} 需要 {wanted}，得到的却是 {given}；请给出与训练数据形状相同的样本。",
    ),
    "record.probe_fails": (
        "The model fails on the probe of shape {shape} in layer {layer}, which was given {given}: {reason}; "
        "give samples like those the model is trained on.",
        "模型在形状为 {shape} 的探测数据上出错：层 {layer} 得到 {given}，报错 {reason}；请给出与训练数据相同类型的样本。",
    ),
    "record.never_ran": (
        "Layer {layer!r} did not run when the model was given the probe, so it has nothing to record; "
        "call it in forward() as a module, or leave it out of activations=.",
        "模型处理探测数据时没有运行层 {layer!r}，因此没有可记录的内容；请在 forward() 中以模块方式调用它，或将其从 activations= 中去掉。",
    ),
    "record.no_rows": (
        "Layer {layer!r} gives shape {shape}, not one row for each of the {points} probe samples, and cannot be recorded; "
        "leave it out of activations=.",
        "层 {layer!r} 的输出形状为 {shape}，并非 {points} 个探测样本各占一行，无法记录；请将其从 activations= 中去掉。",
    ),
    "record.no_numbers": (
        "Layer {layer!r} gives {found}, not a tensor of real numbers, and cannot be recorded; "
        "leave it out of activations=.",
        "层 {layer!r} 的输出是 {found}，而不是实数张量，无法记录；请将其从 activations= 中去掉。",
    ),
    "record.shape_changed": (
        "{name!r} changed its shape from {before} to {after} at step {step}; start a new Recorder when the model changes.",
        "{name!r} 的形状在第 {step} 步由 {before} 变为 {after}；模型改变后请新建一个 Recorder。",
    ),
    "record.model_changed": (
        "The model has other layers or parameters at step {step} than when its recording began; "
        "start a new Recorder when the model changes.",
        "模型在第 {step} 步的层或参数与开始记录时不同；模型改变后请新建一个 Recorder。",
    ),
    # what hooks cannot see: notes that do not stop the recording
    "unseen.function": (
        "Hooks do not see {op}, called as a function in {inside} (after {after}): it is missing among the recorded layers. "
        "Make it a layer, self.act = {fix}, and call that.",
        "钩子看不到 {inside} 中以函数形式调用的 {op}（位于 {after} 之后）：它不在所记录的各层之中。"
        "请改写成一层：self.act = {fix}，再调用它。",
    ),
    "unseen.function_own": (
        "Hooks do not see {op}, called as a function in {inside} (after {after}): it is missing among the recorded layers. "
        "Put it into a torch.nn.Module of its own and call that.",
        "钩子看不到 {inside} 中以函数形式调用的 {op}（位于 {after} 之后）：它不在所记录的各层之中。"
        "请把它写成一个单独的 torch.nn.Module，再调用它。",
    ),
    "unseen.never_ran": (
        "Layer {layer} never ran on the probe, so nothing is recorded for it. "
        "Call it in forward() as a module, or remove it from the model.",
        "层 {layer} 在探测数据上从未运行，因此没有它的记录。请在 forward() 中以模块方式调用它，或将其从模型中移除。",
    ),
    "unseen.rows": (
        "Layer {layer} gives shape {shape}, not one row for each of the {points} probe samples, and is not recorded. "
        "Put the samples first in its output to see it.",
        "层 {layer} 的输出形状为 {shape}，并非 {points} 个探测样本各占一行，因此没有记录。如需观察，请让其输出以样本为首个维度。",
    ),
    "unseen.numbers": (
        "Layer {layer} gives {found}, not a tensor of real numbers, and is not recorded. "
        "Return tensors, or tuples, lists and dicts of them, to see it.",
        "层 {layer} 的输出是 {found}，而不是实数张量，因此没有记录。如需观察，请返回张量，或由张量组成的元组、列表和字典。",
    ),
    "unseen.sometimes": (
        "{layer} ran at only {ran} of the {steps} recorded steps; the others are NaN. "
        "Name only layers that always run to avoid the gaps.",
        "{layer} 只在 {steps} 个记录步中的 {ran} 步运行过，其余为 NaN。如要避免空缺，请只指定始终运行的层。",
    ),
    # cache
    "cache.cannot_keep": (
        "The data of {scene} is not kept for the next run: {reason}",
        "{scene} 的数据不会为下次运行保留：{reason}",
    ),
}
