using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>One thing that is measured, and the rows that it adds to the table.</summary>
internal interface IMeasurement
{
    /// <summary>What it is called on the command line.</summary>
    string Name { get; }

    /// <summary>What it measures, in a few words.</summary>
    string Title { get; }

    Task RunAsync(TestBed bed, Settings settings, Report report);
}
