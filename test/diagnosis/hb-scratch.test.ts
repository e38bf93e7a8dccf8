import { test } from 'vitest';
import { findPeriod } from '/work/main/src/diagnosis/periodicity.ts';
function rng(seed:number){let s=seed|0||1;return()=>{s^=s<<13;s^=s>>>17;s^=s<<5;return (s>>>0)/2**32;};}
const gauss=(r:()=>number)=>Math.sqrt(-2*Math.log(r()+1e-12))*Math.cos(2*Math.PI*r());
function beats(r:()=>number,o:{n:number,T:number,span:number,jit:number,one:boolean,phase?:'random'|'even'|'sync'|'start'}){
 const out=[];for(let i=0;i<o.n;i++){const ph=o.phase==='even'?i*o.T/o.n+gauss(r)*0.5:o.phase==='sync'?300+gauss(r)*3:o.phase==='start'?i*10:r()*o.T;
 for(let t=ph;t<o.span;t+=o.T)out.push({atMs:t+gauss(r)*o.jit,source:o.one?'a':`s${i}`});}return out.filter(a=>a.atMs>=0&&a.atMs<o.span);}
test('x',()=>{
 for(const one of [false,true]) for(const phase of ['random','even','sync','start'] as const) for(const [T,span] of [[1000,2300],[1000,3000],[1000,4000],[500,2300],[300,2300],[2000,4300],[1000,10000]] as const) for(const jit of [1,5,20]) for (const n of [20,60]){
  const res:number[]=[];let none=0,t0=performance.now();
  for(let s=1;s<=20;s++){const p=findPeriod(beats(rng(s*7919+3),{n,T,span,jit,one,phase}),span); if(!p)none++; else res.push(p.periodMs);}
  const good=res.filter(x=>Math.abs(x-T)<0.06*T).length;
  if(good<19) console.log(one?'one':'many',phase,'T',T,'span',span,'jit',jit,'n',n,'good',good,'none',none,'wrong',res.filter(x=>Math.abs(x-T)>=0.06*T).map(x=>Math.round(x)).join(','), 'ms', ((performance.now()-t0)/20).toFixed(1));
 }
 for(const rate of [20,60,200,1000]) for(const span of [2300,4000,10000]) for (const one of [true,false]){let fp=0;const v=[];for(let s=1;s<=60;s++){const r=rng(s*104729+1);const a=[];let t=0;while((t+=-Math.log(r()+1e-12)*1000/rate)<span)a.push({atMs:t,source:one?'a':`s${Math.floor(r()*50)}`});const p=findPeriod(a,span);if(p){fp++;v.push(p.method[0]+Math.round(p.periodMs)+'@'+p.agreement.toFixed(2));}}console.log('poisson',rate,span,one,'fp',fp,v.join(' '));}
});
