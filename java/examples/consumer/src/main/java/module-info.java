/** A program that uses Penstock as a named module; on the class path this file is ignored. */
module com.example.consumer {
  requires io.penstock;
}
