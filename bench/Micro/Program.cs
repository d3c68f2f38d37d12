using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Symbio.Bench.Micro;

/// <summary>
/// What the parts of a request cost, with the bytes they allocate. The folders of the source are mirrored by the classes.
///
///   dotnet run -c Release --project bench/Micro -- --filter '*Signing*'
/// </summary>
internal static class Program
{
    public static void Main(string[] args)
    {
        // In this process: the toolchain that builds a program for each class does not know of central package versions.
        IConfig config = DefaultConfig.Instance
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
    }
}
