#!/usr/bin/env python3
"""Draw small cases of operators, let ONNX Runtime compute them, and store operands and results: onnxruntime.json.gz.

Needs numpy, onnx and onnxruntime (the file here: 1.30). Run it in this folder; the tests need only what it has written.
"""
import gzip, json, random
import numpy as np
import onnxruntime
from onnx import helper

R, G = random.Random(10), np.random.RandomState(10)
NT = {"float32": 1, "uint8": 2, "int8": 3, "uint16": 4, "int16": 5, "int32": 6, "int64": 7, "bool": 9, "float16": 10, "float64": 11, "uint32": 12, "uint64": 13}


def f(*s, t="float32", lo=-2, hi=2):
    return np.round(G.uniform(lo, hi, s), 2).astype(t)


def i(*s, t="int64", lo=0, hi=5):
    return G.randint(lo, hi, s).astype(t)


def r(a, b):
    return R.randint(a, b)


def shp(n=None, hi=4):
    return [r(1, hi) for _ in range(n if n is not None else r(1, 4))]


cases=[]
def case(op, ins, nout=1, ver=21, domain='', **attrs):
    cases.append((op,ins,nout,ver,domain,{k:v for k,v in attrs.items() if v is not None}))
gens={}
def gen(fn): gens[fn.__name__]=fn; return fn
def bc(s):
    s=[1 if R.random()<.3 else d for d in s]; return s[r(0,len(s)):] if R.random()<.4 else s
@gen
def binary():
    t=R.choice(['float32','float64','int32','int64','float32','uint8','int8','uint64'] ); op=R.choice('Add Sub Mul Div Max Min Mod Less Greater Equal LessOrEqual GreaterOrEqual Pow PRelu'.split())
    if op in('Pow',) and t in('uint8','int8','uint64'): t='float32'
    if op in 'Add Sub Mul Div' and t in ('uint8','int8'): t='int32'
    s=shp(); g=(lambda *s: i(*s,t=t,lo=1,hi=7)) if 'int' in t else (lambda *s: f(*s,t=t,lo=.1,hi=3) if op=='Pow' else f(*s,t=t))
    a,b=g(*bc(s)),g(*(s if op=='PRelu' else bc(s)))
    if op=='PRelu':
        if t not in('float32','float64'): a,b=f(*s),f(*bc(s))
        else: a,b=f(*s,t=t),f(*bc(s),t=t)
    case(op,[a,b],fmod=1 if op=='Mod' and 'int' not in t else (r(0,1) if op=='Mod' else None))
@gen
def unary():
    op=R.choice('Exp Log Sqrt Erf Neg Abs Sign Reciprocal Round Floor Ceil IsNaN IsInf Sin Cos Tan Asin Acos Atan Sinh Cosh Tanh Asinh Acosh Atanh Relu LeakyRelu ThresholdedRelu Elu Selu Celu Shrink HardSigmoid HardSwish Sigmoid Softplus Softsign Gelu Mish Clip'.split())
    x=f(*shp(),lo=-4,hi=4)
    if op in('Asin','Acos','Atanh'): x=x/4.1
    if op in('Acosh',): x=abs(x)+1
    if op in('Log','Sqrt'): x=abs(x)+.01
    at={}
    if op in('LeakyRelu','ThresholdedRelu','Elu','Celu') and r(0,1): at['alpha']=float(R.choice([.3,1.5,2.]))
    if op=='HardSigmoid' and r(0,1): at=dict(alpha=.4,beta=.3)
    if op=='Shrink': at=dict(bias=.5,lambd=1.)
    if op=='Gelu': at=dict(approximate=R.choice(['none','tanh']))
    if op=='IsInf': x.ravel()[:1]=np.inf; at=dict(detect_negative=r(0,1))
    if op=='Clip': case(op,[x,R.choice([None,np.float32(-1)]),R.choice([None,np.float32(1)])]); return
    case(op,[x],**at)
@gen
def reduce():
    op=R.choice('ReduceSum ReduceMean ReduceProd ReduceMax ReduceMin ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSum ReduceLogSumExp'.split())
    t=R.choice(['float32','float32','float64','int32','int64'])
    if op in('ReduceLogSum','ReduceL1','ReduceL2') and 'int' in t: t='float32'
    if op in('ReduceLogSumExp','ReduceMean') and 'int' in t: t='float64'
    s=shp(r(1,5)); x=f(*s,t=t,lo=.1) if 'f' in t else i(*s,t=t,lo=-4,hi=5)
    ax=R.sample(range(len(s)),r(1,len(s))); ax=[a-len(s) if r(0,1) else a for a in ax]
    k=R.choice([None,0,1])
    if r(0,1): case(op,[x,np.array(ax,'int64')] if r(0,4) else [x],keepdims=k,noop_with_empty_axes=R.choice([None,0,1]),ver=18)
    else: case(op,[x],axes=ax,keepdims=k,ver=12)
@gen
def argm():
    s=shp(r(1,4)); x=i(*s,t=R.choice(['float32','int32','float64']),lo=0,hi=3)
    case(R.choice(['ArgMax','ArgMin']),[x],axis=r(-len(s),len(s)-1),keepdims=R.choice([None,0,1]),select_last_index=R.choice([None,0,1]),ver=13)
@gen
def topk():
    s=shp(r(1,4)); a=r(-len(s),len(s)-1); x=f(*s) if r(0,1) else i(*s,lo=0,hi=4)
    case('TopK',[x,np.array([r(1,s[a])])],2,axis=a,largest=r(0,1),sorted=1,ver=11)
@gen
def cumsum():
    s=shp(r(1,4)); case('CumSum',[f(*s) if r(0,1) else i(*s,t='int32'),np.array(r(-len(s),len(s)-1))],exclusive=r(0,1),reverse=r(0,1),ver=14)
@gen
def transpose():
    s=shp(r(1,5),9); p=list(range(len(s))); R.shuffle(p); case('Transpose',[R.choice([f(*s),i(*s,t='int8')])],perm=R.choice([p,None,p]))
@gen
def slice_():
    s=shp(r(1,4),8); n=r(1,len(s)); ax=R.sample(range(len(s)),n); st=[r(-9,9) for _ in ax]; en=[R.choice([r(-9,9),2**62,-2**62]) for _ in ax]; sp=[R.choice([1,1,2,3,-1,-2]) for _ in ax]
    case('Slice',[f(*s),np.array(st),np.array(en),np.array([a-len(s) if r(0,1) else a for a in ax]),np.array(sp)],ver=13)
@gen
def pad():
    s=[r(2,6) for _ in range(r(1,4))]; m=R.choice(['constant','reflect','edge','wrap']); lo=0 if m!='constant' else -1
    p=[r(lo,1 if m=='reflect' else 2) for _ in range(2*len(s))]
    if r(0,1) or m=='wrap': case('Pad',[f(*s),np.array(p)]+([np.float32(1.5)] if m=='constant' and r(0,1) else []),mode=m,ver=19)
    else:
        ax=R.sample(range(len(s)),r(1,len(s))); q=[r(0,1) for _ in range(2*len(ax))]
        case('Pad',[f(*s),np.array(q),np.float32(2) ,np.array(ax)],mode=m,ver=19)
@gen
def concat():
    s=shp(r(1,4)); a=r(-len(s),len(s)-1); ins=[]
    for _ in range(r(1,4)):
        q=list(s); q[a]=r(0,3) if r(0,9)==0 else r(1,3); ins.append(f(*q))
    case('Concat',ins,axis=a,ver=13)
@gen
def split():
    s=shp(r(1,4)); a=r(-len(s),len(s)-1); n=r(1,4); parts=[r(1,3) for _ in range(n)]
    if r(0,1): s[a]=sum(parts); case('Split',[f(*s),np.array(parts)],n,axis=a,ver=18)
    else: s[a]=r(n,9); case('Split',[f(*s)],n,axis=a,num_outputs=n,ver=18) if (s[a]+n-1)//n*(n-1)<s[a] else None
@gen
def gather():
    s=shp(r(1,4)); a=r(-len(s),len(s)-1); n=s[a]; case('Gather',[f(*s),i(*shp(r(1,2),3),t=R.choice(['int64','int32']),lo=-n,hi=n)],axis=a,ver=13)
@gen
def gatherel():
    s=shp(r(1,4)); a=r(-len(s),len(s)-1); q=[r(1,d) for d in s]; q[a]=r(1,5); case('GatherElements',[f(*s),i(*q,lo=-s[a],hi=s[a])],axis=a,ver=13)
@gen
def gathernd():
    s=shp(r(2,4)); b=r(0,len(s)-1); k=r(1,len(s)-b); q=s[:b]+shp(r(0,2),3)
    idx=np.stack([G.randint(-s[b+j],s[b+j],q) for j in range(k)],-1).astype('int64'); case('GatherND',[f(*s),idx],batch_dims=b,ver=13)
@gen
def scatterel():
    s=shp(r(1,4)); a=r(-len(s),len(s)-1); red=R.choice(['none','add','mul','min','max']); q=[r(1,d) for d in s]
    idx=np.zeros(q,'int64')
    idx=np.argsort(G.rand(*[d if k!=a%len(s) else s[a] for k,d in enumerate(q)]),axis=a); idx=np.take(idx,range(q[a]),axis=a).astype('int64')
    if red!='none': idx=i(*q,lo=-s[a],hi=s[a])
    case('ScatterElements',[f(*s),idx,f(*q)],axis=a,reduction=red,ver=18)
@gen
def scatternd():
    s=shp(r(1,4)); k=r(1,len(s)); n=r(1,3); red=R.choice(['add','mul','min','max'])
    idx=np.stack([G.randint(0,s[j],[n]) for j in range(k)],-1).astype('int64'); case('ScatterND',[f(*s),idx,f(*([n]+s[k:]))],reduction=red,ver=18)
@gen
def d2s():
    b=r(1,3)
    if r(0,1): case('DepthToSpace',[f(r(1,2),b*b*r(1,3),r(1,4),r(1,4))],blocksize=b,mode=R.choice(['DCR','CRD']),ver=13)
    else: case('SpaceToDepth',[f(r(1,2),r(1,3),b*r(1,3),b*r(1,3))],blocksize=b,ver=13)
@gen
def softmax():
    s=shp(r(1,4)); case(R.choice(['Softmax','LogSoftmax','Hardmax']),[f(*s,lo=-5,hi=5)],axis=r(-len(s),len(s)-1),ver=R.choice([11,13]))
def convattrs(n,k,tr=False):
    at={}
    at['strides']=[r(1,3) for _ in range(n)] if r(0,1) else None; at['dilations']=[r(1,2) for _ in range(n)] if r(0,1) else None
    p=R.choice(['pads','SAME_UPPER','SAME_LOWER','VALID','pads',None])
    if p=='pads': at['pads']=[r(0,2) for _ in range(2*n)]
    elif p:
        at['auto_pad']=p
        if p!='VALID' : at['dilations']=None
    return at
@gen
def conv():
    n=r(1,3); g=r(1,2); ci,co=r(1,3),r(1,3); k=[r(1,3) for _ in range(n)]
    case('Conv',[f(r(1,2),g*ci,*[r(5,9) for _ in range(n)]),f(g*co,ci,*k)]+([f(g*co)] if r(0,1) else []),group=g,ver=11,**convattrs(n,k))
@gen
def convt():
    n=r(1,2); g=r(1,2); ci,co=r(1,3),r(1,3); k=[r(1,4) for _ in range(n)]; sp=[r(3,6) for _ in range(n)]; at=convattrs(n,k)
    st=at.get('strides') or [1]*n
    if at.get('pads'): at['pads']=[r(0,1) for _ in range(2*n)]
    if any(s>1 for s in st) and r(0,1) and not at.get('auto_pad'): at['output_padding']=[r(0,s-1) for s in st]
    elif r(0,2)==0 and at.get('auto_pad')!='VALID':
        at.pop('pads',None); at['dilations']=None; at['output_shape']=[max(1,st[j]*(sp[j]-1)+k[j]-r(0,2)) for j in range(n)]
    case('ConvTranspose',[f(r(1,2),g*ci,*sp),f(g*ci,co,*k)]+([f(g*co)] if r(0,1) else []),group=g,ver=11,**at)
@gen
def gemm():
    a,b=r(0,1),r(0,1); m,k,n=r(1,20),r(1,9),r(1,60); c=R.choice([None,f(n),f(m,1),f(1),f(m,n)])
    case('Gemm',[f(*((k,m) if a else (m,k))),f(*((n,k) if b else (k,n)))]+([c] if c is not None else []),alpha=R.choice([None,.5]),beta=R.choice([None,.7]),transA=a,transB=b,ver=13)
@gen
def matmul():
    m,k,n=r(1,30),r(1,300) if r(0,4)==0 else r(1,20),r(1,70); bs=shp(r(0,2),3); t=R.choice(['float32','float32','float64','int32'])
    a=bc(bs)+[m,k]; b=bc(bs)+[k,n]
    if r(0,4)==0: a=[k]
    elif r(0,4)==0: b=[k]
    g=(lambda *s:f(*s,t=t)) if 'f' in t else (lambda *s:i(*s,t=t,lo=-4,hi=4))
    case('MatMul',[g(*a),g(*b)],ver=13)
@gen
def einsum():
    e,s=R.choice([('ij,jk->ik',[(2,3),(3,4)]),('bij,bjk',[(2,3,4),(2,4,5)]),('...ij,...kj->...ik',[(2,2,3,4),(2,2,5,4)]),('ii->i',[(4,4)]),('ij->',[(3,4)]),('bhqd,bhkd->bhqk',[(2,2,3,4),(2,2,5,4)]),('i,j->ij',[(3,),(4,)]),('ij,jk,kl->il',[(2,3),(3,4),(4,2)]),('abc->cab',[(2,3,4)]),('ij,ij->i',[(3,4),(3,4)])])
    case('Einsum',[f(*q) for q in s],equation=e,ver=12)
@gen
def pool():
    n=r(1,3); k=[r(1,3) for _ in range(n)]; op=R.choice(['MaxPool','AveragePool','LpPool']); at=convattrs(n,k); x=f(r(1,2),r(1,3),*[r(6,9) for _ in range(n)])
    if at.get('pads'): at['pads']=[r(0,k[j%n]-1) for j in range(2*n)]
    if op=='LpPool' : at['p']=r(1,3)
    if op=='AveragePool': at['count_include_pad']=r(0,1); at.pop('dilations',None) if r(0,1) else None
    if not at.get('auto_pad'): at['ceil_mode']=r(0,1)
    nout=1
    if op=='MaxPool' and r(0,1): nout=2; at['storage_order']=r(0,1) if n==2 else 0
    case(op,[x],nout,ver=19 if op!='LpPool' else 18,kernel_shape=k,**at)
@gen
def gpool():
    case(R.choice(['GlobalMaxPool','GlobalAveragePool','GlobalLpPool']),[f(2,3,*shp(r(1,3)))],ver=2)
@gen
def norm():
    s=[2,4]+shp(r(1,3)); x=f(*s); o=R.choice(['BN','IN','GN','LN','LRN','LpN','GN21'])
    if o=='BN': case('BatchNormalization',[x,f(4),f(4),f(4),abs(f(4))+.1],epsilon=R.choice([None,.01]),ver=15)
    if o=='IN': case('InstanceNormalization',[x,f(4),f(4)],epsilon=R.choice([None,.01]),ver=6)
    if o=='GN': case('GroupNormalization',[x,f(2),f(2)],num_groups=2,ver=18)
    if o=='GN21': case('GroupNormalization',[x,f(4),f(4)],num_groups=2,ver=21)
    if o=='LN':
        a=r(0,len(s)-1); case('LayerNormalization',[x,f(*s[a:])]+([f(*s[a:])] if r(0,1) else []),R.choice([1,3]),axis=R.choice([a,a-len(s)]),ver=17)
    if o=='LRN': case('LRN',[x[...]],size=r(1,2)*2-1,alpha=R.choice([None,.5]),beta=R.choice([None,.5]),bias=R.choice([None,2.]),ver=13) if len(s)==4 else None
    if o=='LpN': case('LpNormalization',[x],axis=r(-len(s),len(s)-1),p=r(1,2),ver=1)
@gen
def resize():
    n=r(1,2); s=[r(1,2),r(1,2)]+[r(2,8) for _ in range(n)]; mode=R.choice(['nearest','linear','cubic']) if n==2 else R.choice(['nearest','linear'])
    ct=R.choice(['half_pixel','pytorch_half_pixel','align_corners','asymmetric','half_pixel_symmetric','tf_crop_and_resize']); at=dict(mode=mode,coordinate_transformation_mode=ct)
    # Thirds that fall on a pixel are floored by their last bit, so symmetric places are rounded.
    if mode=='nearest': at['nearest_mode']=R.choice(['round_prefer_floor','round_prefer_ceil']+(['floor','ceil'] if ct!='half_pixel_symmetric' else []))
    if mode=='cubic': at['cubic_coeff_a']=R.choice([-.5,-.75]); at['exclude_outside']=r(0,1)
    if mode!='nearest' and r(0,1) and ct in('half_pixel','asymmetric','pytorch_half_pixel'): at['antialias']=1
    out=[r(1,12) for _ in range(n)]
    roi=None
    if ct=='tf_crop_and_resize': roi=np.array([0,0]+[R.choice([0,.2,-.1]) for _ in range(n)]+[1,1]+[R.choice([1,.7,1.2]) for _ in range(n)],'float32'); at['extrapolation_value']=R.choice([None,7.])
    if r(0,1): case('Resize',[f(*s),roi,None,np.array(s[:2]+out)],ver=19,**at)
    else: case('Resize',[f(*s),roi,np.array([1,1]+[R.choice([.5,.6,.75,1.5,2,2.3,3]) for _ in out],'float32')],ver=19,**at)
@gen
def resize2():
    s=[1,2,r(3,8),r(3,8)]; pol=R.choice(['stretch','not_larger','not_smaller']); case('Resize',[f(*s),None,None,np.array([r(3,9),r(3,9)])],axes=R.choice([[2,3],[3,2]]),keep_aspect_ratio_policy=pol,mode=R.choice(['nearest','linear','cubic']),ver=19)
@gen
def upsample():
    s=[1,2,3,4]; case('Upsample',[f(*s),np.array([1,1,r(1,3),r(1,3)],'float32')],mode=R.choice(['nearest','linear']),ver=9)
@gen
def resize10():
    s=[1,2,5,4]; case('Resize',[f(*s),np.array([1,1,R.choice([.5,2,3,.8]),R.choice([.5,2,.75])],'float32')],mode=R.choice(['nearest','linear']),ver=10)
@gen
def roialign():
    n=r(1,4); b=np.sort(f(n,2,2,lo=0,hi=9),axis=1).reshape(n,4)
    case('RoiAlign',[f(2,3,8,9),b,i(n,hi=2)],output_height=r(1,4),output_width=r(1,4),sampling_ratio=r(0,3),spatial_scale=R.choice([.5,1.,.9]),mode=R.choice(['avg','max','avg']),coordinate_transformation_mode=R.choice(['half_pixel','output_half_pixel']),ver=16)
@gen
def gridsample():
    m=R.choice(['linear','nearest','cubic']); d=3 if m!='cubic' and r(0,2)==0 else 2; s=[r(2,5) for _ in range(d)]; o=[r(1,4) for _ in range(d)]
    case('GridSample',[f(2,2,*s),f(2,*o,d,lo=-1.7,hi=1.7)],mode=m,padding_mode=R.choice(['zeros','border','reflection']),align_corners=r(0,1),ver=20)
@gen
def nms():
    n,c,k=r(1,2),r(1,3),r(1,12); a=f(n,k,4,lo=0,hi=10); a[...,2:]=a[...,2:]/2+.2
    case('NonMaxSuppression',[a,f(n,c,k,lo=0,hi=1),np.array([r(0,6)]),np.array([R.choice([.3,.5,.0])],'float32'),np.array([R.choice([0,.3])],'float32')],center_point_box=r(0,1),ver=11)
@gen
def rnn():
    op=R.choice(['LSTM','GRU','RNN']); g={'LSTM':4,'GRU':3,'RNN':1}[op]; d=R.choice(['forward','reverse','bidirectional']); D=2 if d=='bidirectional' else 1; t,b,x,h=r(1,5),r(1,3),r(1,4),r(1,4)
    S=[t,b,x]; H=[D,b,h]; at=dict(direction=d,hidden_size=h)
    ins=[f(*S),f(D,g*h,x),f(D,g*h,h),f(D,2*g*h) if r(0,1) else None,i(b,t='int32',lo=1,hi=t+1) if r(0,1) else None,f(*H) if r(0,1) else None]
    if op=='LSTM':
        ins+= [f(*H) if r(0,1) else None, f(D,3*h) if r(0,1) else None]
        at['input_forget']=R.choice([None,None,1])
    if op=='GRU': at['linear_before_reset']=r(0,1)
    if r(0,2)==0: at['clip']=.8
    if r(0,2)==0: at['activations']={'LSTM':['HardSigmoid','Tanh','Softsign'],'GRU':['Sigmoid','Softplus'],'RNN':['Relu']}[op]*D
    case(op,ins,3 if op=='LSTM' else 2,ver=14,**at)
@gen
def quant():
    o=R.choice(['Q','DQ','Dyn','QLC','QLM','CI','MI','Qb','DQb'])
    t=R.choice(['uint8','int8']); lim=dict(uint8=(0,256),int8=(-128,128))[t]
    if o=='Q': case('QuantizeLinear',[f(3,4,5,lo=-20,hi=20),np.float32(.1),np.array(r(*lim)-1 if r(0,1) else 3,t)],ver=13) if r(0,1) else case('QuantizeLinear',[f(3,4,5,lo=-20,hi=20),abs(f(4))+.05,i(4,t=t,lo=lim[0],hi=lim[1])],axis=1,ver=13)
    if o=='Qb': case('QuantizeLinear',[f(3,6,lo=-20,hi=20),abs(f(3,3))+.05,i(3,3,t=t,lo=lim[0],hi=lim[1])],axis=1,block_size=2,ver=21)
    if o=='DQb': case('DequantizeLinear',[i(6,3,t=t,lo=lim[0],hi=lim[1]),abs(f(2,3))+.05,i(2,3,t=t,lo=lim[0],hi=lim[1])],axis=0,block_size=3,ver=21)
    if o=='DQ': case('DequantizeLinear',[i(3,4,5,t=t,lo=lim[0],hi=lim[1]),abs(f(4))+.05,i(4,t=t,lo=lim[0],hi=lim[1])],axis=-2,ver=13)
    if o=='Dyn': case('DynamicQuantizeLinear',[f(*shp())],3,ver=11)
    if o=='CI': case('ConvInteger',[i(1,2,6,6,t='uint8',hi=256),i(3,2,3,3,t='uint8',hi=256),np.array(r(0,200),'uint8'),np.array(r(0,200),'uint8')],pads=[1,1,1,1],strides=[r(1,2)]*2,ver=10)
    if o=='MI': case('MatMulInteger',[i(2,4,3,t='uint8',hi=256),i(3,5,t='uint8',hi=256),np.array(r(0,200),'uint8'),np.array(r(0,200),'uint8')],ver=10)
    if o=='QLC': case('QLinearConv',[i(1,2,6,6,t='uint8',hi=256),np.float32(.02),np.array(120,'uint8'),i(3,2,3,3,t='int8',lo=-128,hi=128),abs(f(3))*.01+.003,i(3,t='int8',lo=0,hi=1),np.float32(.1),np.array(110,'uint8')]+([i(3,t='int32',lo=-900,hi=900)] if r(0,1) else []),pads=[1,1,1,1],ver=10)
    if o=='QLM': case('QLinearMatMul',[i(4,3,t='uint8',hi=256),np.float32(.02),np.array(120,'uint8'),i(3,5,t='uint8',hi=256),np.float32(.01),np.array(100,'uint8'),np.float32(.1),np.array(110,'uint8')],ver=10)
@gen
def cast():
    a=R.choice(list(NT)); b=R.choice(list(NT)); x=i(*shp(),t='int64',lo=0,hi=100).astype(a) if a!='float16' else f(*shp(),t='float16',lo=0,hi=50)
    if a in('float32','float64') : x=f(*shp(),t=a,lo=0,hi=120)
    case('Cast',[x],to=NT[b],ver=13)
@gen
def misc():
    o=r(0,12); s=shp(r(2,4))
    if o==0: case('Trilu',[f(*s),np.array(r(-3,3))],upper=r(0,1),ver=14)
    if o==1: case('EyeLike',[f(3,5)],k=r(-2,3),ver=9)
    if o==2: case('OneHot',[i(*s,lo=-4,hi=6),np.array([5]),np.array([-1,2.5],'float32')],axis=r(-len(s)-1,len(s)),ver=11)
    if o==3: case('NonZero',[i(*s,t='float32',lo=0,hi=2)],ver=13)
    if o==4: case('Range',[np.float32(r(-3,3)),np.float32(r(4,9)),np.float32(R.choice([.5,1.3,2]))],ver=11)
    if o==5: case('Tile',[f(*s),i(len(s),lo=0 if r(0,5)==0 else 1,hi=4)],ver=13)
    if o==6: case('Expand',[f(*bc(s)) ,np.array(s)],ver=13)
    if o==7: case('Where',[i(*bc(s),t='bool',hi=2),f(*bc(s)),f(*s)],ver=16)
    if o==8: case('Shape',[f(*s)],start=r(-5,5),end=r(-5,5),ver=15)
    if o==9: case('MeanVarianceNormalization',[f(2,3,4,5)],axes=R.choice([None,[0,2,3],[1],[0,1,2,3]]),ver=13)
    if o==10: case('ReverseSequence',[f(4,3,2),i(3,lo=1,hi=5)],time_axis=0,batch_axis=1,ver=10)
    if o==11: case('Compress',[f(*s),i(s[0],t='bool',hi=2)],axis=0,ver=11)
    if o==12: case('Det',[f(2,3,3)],ver=11)
@gen
def unpool():
    case('MaxUnpool',[f(1,1,2,2),np.array([[[[5,7],[13,15]]]])],kernel_shape=[2,2],strides=[2,2],ver=11)
@gen
def deform():
    g,og=r(1,2),r(1,2); k=[r(1,3),r(1,3)]; ci=2*g*og; st=[r(1,2)]*2; pd=[r(0,1)]*4; x=f(1,ci,6,7); oh=(6+2*pd[0]-k[0])//st[0]+1; ow=(7+2*pd[0]-k[1])//st[0]+1
    case('DeformConv',[x,f(2*g,ci//g,*k),f(1,og*k[0]*k[1]*2,oh,ow),f(2*g),f(1,og*k[0]*k[1],oh,ow) if r(0,1) else None],group=g,offset_group=og,strides=st,pads=pd,kernel_shape=k,ver=19)


def build(group):
    nodes, inputs, outputs, feeds = [], [], [], {}
    for k, (op, ins, nout, ver, dom, attrs) in group:
        names = ["" if x is None else f"c{k}_i{j}" for j, x in enumerate(ins)]
        nodes.append(helper.make_node(op, names, [f"c{k}_o{j}" for j in range(nout)], domain=dom, **attrs))
        for n, x in zip(names, ins):
            if x is not None:
                feeds[n] = np.asarray(x)
                inputs.append(helper.make_tensor_value_info(n, NT[str(feeds[n].dtype)], list(feeds[n].shape)))
        outputs += [helper.make_empty_tensor_value_info(f"c{k}_o{j}") for j in range(nout)]
    return helper.make_model(helper.make_graph(nodes, "g", inputs, outputs), opset_imports=[helper.make_opsetid("", group[0][1][3])], ir_version=8), feeds


def number(v):
    if isinstance(v, (float, np.floating)):
        return float(f"{v:.6g}") if np.isfinite(v) else str(v)
    return int(v)


def pack(x):
    x = np.asarray(x)
    return {"type": NT[str(x.dtype)], "shape": list(x.shape), "values": [number(v) for v in x.ravel()]}


def run(group):
    model, feeds = build(group)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [o.name for o in model.graph.output]
    results = dict(zip(names, session.run(None, feeds)))
    for k, (op, ins, nout, ver, dom, attrs) in group:
        yield {"op": op, "version": ver, "attributes": attrs, "in": [None if x is None else pack(x) for x in ins], "out": [pack(results[f"c{k}_o{j}"]) for j in range(nout)]}


for _ in range(4):
    for g in gens.values():
        g()
versions = {}
for k, c in enumerate(cases):
    versions.setdefault(c[3], []).append((k, c))
lines = [json.dumps(c, separators=(",", ":")) for group in versions.values() for c in run(group)]
with gzip.GzipFile("onnxruntime.json.gz", "w", 9, mtime=0) as z:
    z.write("\n".join(lines).encode())
print(len(lines), "cases")
