// What the page says, in English and Chinese: one table, a line a phrase.
const words = {
  "screen.one": ["One number", "一个数"],
  "screen.groups": ["Who sees whom", "谁看见谁"],
  "screen.stamps": ["Stamps", "印章"],
  "screen.reach": ["Reach", "感受野"],
  "screen.choose": ["Choose", "选哪个"],
  "one.title": ["One number", "一个数从哪里来"],
  "one.caption": ["Drag over the photograph: the window's numbers times the weights, added up, are one number of the output.", "在照片上拖动:窗口里的数乘以权重再相加,就是输出里的一个数。"],
  "groups.title": ["Who sees whom", "谁看见谁"],
  "groups.caption": ["More groups: fewer wires, fewer MACs. The bytes that move and the time do not fall as much.", "分组越多,连线越少,乘加越少;搬运的字节和时间却降不了那么多。"],
  "stamps.title": ["Stamps", "转置卷积:盖印章"],
  "stamps.caption": ["Each input pixel stamps the kernel onto the output. Where stamps overlap unevenly, a checkerboard appears: choose a kernel that the stride divides.", "每个输入像素把卷积核盖到输出上。重叠不均就出现棋盘效应:让步幅整除卷积核。"],
  "reach.title": ["Reach", "感受野"],
  "reach.caption": ["What one output sees through a stack of layers. White holes inside the field are gridding: no path reaches them.", "一个输出透过多层看到的输入。感受野里的白洞就是网格效应:没有路径到达。"],
  "choose.title": ["Which one?", "选哪个?"],
  "choose.caption": ["The same channels and size by different variants: parameters, MACs, bytes and the time measured here.", "同样的通道和尺寸,不同的卷积:参数、乘加、字节,以及在这里测得的时间。"],
  kernel: ["kernel", "卷积核"], stride: ["stride", "步幅"], padding: ["padding", "填充"], dilation: ["dilation", "空洞率"],
  filter: ["filter", "滤波器"], weights: ["weights", "权重"], output: ["output", "输出"], input: ["input", "输入"], bias: ["bias", "偏置"],
  red: ["red", "红"], green: ["green", "绿"], blue: ["blue", "蓝"], sum: ["sum", "和"], total: ["one number", "一个数"],
  channels: ["channels", "通道"], groups: ["groups", "分组"], depthwise: ["depthwise + pointwise", "逐深度 + 逐点"],
  params: ["parameters", "参数"], macs: ["MACs", "乘加"], moved: ["bytes moved", "搬运字节"], time: ["measured", "测得时间"],
  theory: ["theory", "理论"], layer: ["layer", "层"], causal: ["causal", "因果"], size: ["size", "大小"], holes: ["holes", "空洞"],
  sees: ["the output sees", "输出看到"], of: ["of", "/"], picture: ["own picture", "自己的图片"], sample: ["photograph", "照片"],
  even: ["even: every output gets as many stamps", "均匀:每个输出得到同样多的印章"], uneven: ["uneven: a checkerboard", "不均匀:棋盘效应"],
  click: ["click an input pixel to stamp it", "点一个输入像素来盖章"], all: ["stamp all", "全部盖上"], clear: ["clear", "清空"],
  dark: ["dark", "暗色"], back: ["back row", "后排"], predict: ["predict first", "先猜"], reveal: ["show the answer", "看答案"], copy: ["copy", "复制"],
  "only grouped": ["groups split the channels; each output channel sees only its own", "分组把通道分开;每个输出通道只看自己那组"],
};

/** The language that the page starts in. */
export const language = () => (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");

/** A function from a phrase's key to its text. */
export const say = (lang) => (key) => words[key]?.[lang === "zh" ? 1 : 0] ?? key;
