using Microsoft.Diagnostics.Runtime;

namespace Symbio.Bench.Heap;

/// <summary>
/// The objects that the roots lead to, by type. What only objects of some types hold is found by walking twice: once past
/// them, once not into them.
/// </summary>
internal static class LiveObjects
{
    public static void Print(int process, string[] holders, int top, int per)
    {
        using DataTarget target = DataTarget.AttachToProcess(process, suspend: true);
        using ClrRuntime runtime = target.ClrVersions[0].CreateRuntime();
        ClrHeap heap = runtime.Heap;
        if (!heap.CanWalkHeap)
            Console.Error.WriteLine("heap: the process was stopped during a collection: the figures may be wrong; try again");
        PrintSegments(heap);

        HashSet<ulong> live = Walk(heap, []);
        PrintTotal(heap, live);
        if (holders.Length > 0)
            live.ExceptWith(Walk(heap, holders));

        var types = live
            .Select(address => heap.GetObject(address))
            .GroupBy(o => o.Type!, (type, objects) => (type.Name, Sizes: objects.Select(o => (long)o.Size).ToList()))
            .Select(t => (t.Name, t.Sizes.Count, Bytes: t.Sizes.Sum()))
            .OrderByDescending(t => t.Bytes)
            .ToList();
        long total = types.Sum(t => t.Bytes);
        Console.WriteLine(
            $"\n{(holders.Length > 0 ? "held by " + string.Join(", ", holders) : "live")}: {total:N0} bytes, {live.Count:N0} objects"
            + (per > 0 ? $"; {total / per:N0} bytes and {(double)live.Count / per:N1} objects each of {per:N0}" : ""));
        Console.WriteLine($"{"bytes",12} {"count",9} {(per > 0 ? "bytes each" : ""),10}  type");
        foreach (var (name, count, bytes) in types.Take(top))
            Console.WriteLine($"{bytes,12:N0} {count,9:N0} {(per > 0 ? $"{(double)bytes / per:N0}" : ""),10}  {name}");
    }

    private static void PrintSegments(ClrHeap heap)
    {
        Console.WriteLine($"\n{"committed",12} {"objects",12} {"free",12}  part of the heap");
        foreach (var part in heap.Segments.GroupBy(KindOf).OrderBy(g => g.Key))
        {
            long free = part.Sum(s => s.EnumerateObjects().Where(o => o.IsFree).Sum(o => (long)o.Size));
            Console.WriteLine($"{part.Sum(s => (long)s.CommittedMemory.Length),12:N0} "
                + $"{part.Sum(s => (long)s.ObjectRange.Length) - free,12:N0} {free,12:N0}  {part.Key}, {part.Count()} segments");
        }
    }

    private static string KindOf(ClrSegment segment) =>
        segment.IsLargeObjectSegment ? "large objects" : segment.IsPinnedObjectSegment ? "pinned objects" : "generations";

    private static void PrintTotal(ClrHeap heap, HashSet<ulong> live)
    {
        long bytes = live.Sum(a => (long)heap.GetObject(a).Size);
        Console.WriteLine($"{"",12} {bytes,12:N0} {"",12}  live");
    }

    // Everything that the roots lead to without going through an object of one of the types.
    private static HashSet<ulong> Walk(ClrHeap heap, string[] notInto)
    {
        var seen = new HashSet<ulong>();
        var left = new Stack<ClrObject>();
        var barred = new Dictionary<ulong, bool>();

        void Visit(ClrObject o)
        {
            if (o.IsNull || o.IsFree || o.Type is not { } type || seen.Contains(o.Address))
                return;
            if (notInto.Length > 0)
            {
                if (!barred.TryGetValue(type.MethodTable, out bool bar))
                {
                    bar = notInto.Any(name => (type.Name ?? "").EndsWith(name, StringComparison.Ordinal));
                    barred[type.MethodTable] = bar;
                }

                if (bar)
                    return;
            }

            seen.Add(o.Address);
            left.Push(o);
        }

        foreach (IClrRoot root in heap.EnumerateRoots())
            Visit(root.Object);
        while (left.TryPop(out ClrObject next))
        {
            foreach (ClrObject reference in next.EnumerateReferences(carefully: true, considerDependantHandles: true))
                Visit(reference);
        }

        return seen;
    }
}
