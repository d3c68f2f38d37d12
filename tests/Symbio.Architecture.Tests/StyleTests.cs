using System.Text.RegularExpressions;

namespace Symbio.Architecture.Tests;

/// <summary>Rules of docs/STYLE.md that a machine can check.</summary>
public sealed partial class StyleTests
{
    private const int LongestFile = 500;

    // Wire tables that are long because the specification's are.
    private static readonly string[] LongTables = ["NtStatus.cs", "FsctlCode.cs"];

    [Fact]
    public void Files_stay_one_idea_long()
    {
        IEnumerable<string> tooLong = Repository.Sources("src")
            .Where(f => !LongTables.Contains(Path.GetFileName(f)))
            .Where(f => File.ReadLines(f).Count() > LongestFile);

        Assert.Empty(tooLong.Select(f => Path.GetRelativePath(Repository.Root, f)));
    }

    [Fact]
    public void No_room_is_named_after_what_it_is_not()
    {
        IEnumerable<string> vague = Repository.Sources("src")
            .Where(f => VagueName().IsMatch(Path.GetFileNameWithoutExtension(f)));

        Assert.Empty(vague.Select(f => Path.GetRelativePath(Repository.Root, f)));
    }

    [Fact]
    public void The_server_core_takes_time_and_background_work_from_its_host()
    {
        IEnumerable<string> bare = Repository.Sources("src/Symbio.Server").Concat(Repository.Sources("src/Symbio.Cluster"))
            .Where(f => BareScheduling().IsMatch(File.ReadAllText(f)));

        Assert.Empty(bare.Select(f => Path.GetRelativePath(Repository.Root, f)));
    }

    [Fact]
    public void No_regions()
    {
        IEnumerable<string> withRegions = Repository.Sources("src").Concat(Repository.Sources("tests"))
            .Where(f => File.ReadLines(f).Any(l => l.TrimStart().StartsWith("#" + "region", StringComparison.Ordinal)));

        Assert.Empty(withRegions.Select(f => Path.GetRelativePath(Repository.Root, f)));
    }

    [GeneratedRegex("(Common|Utils?|Utilities|Helpers?|Manager)$")]
    private static partial Regex VagueName();

    // What goes on by itself does so by the host's scheduler, or a simulation could not replay it.
    [GeneratedRegex(@"\bTask\.(Run|Yield|Delay)\(|\bDateTime(Offset)?\.(Utc)?Now\b|new System\.Threading\.Timer\(|\basync void\b|RunContinuationsAsynchronously|\bSemaphoreSlim\b|\.CancelAsync\(|\bTask\.Factory\b|\bRandomNumberGenerator\b|\bRandom\.Shared\b")]
    private static partial Regex BareScheduling();
}
